"""What the API was about when it was killed, a login tried or a secret stored: nothing stays."""

from datetime import timedelta

import pytest
from pydantic import SecretStr

from provisioner.domain.ids import new_uuid
from provisioner.store import secrets, vcenters
from provisioner.store.tables import Secret, VCenter
from provisioner.store.types import utc_now
from provisioner.vault.errors import SecretNotFound
from provisioner.vault.layout import secret_path
from tests.workflow.site import Site


async def test_abandoned_trials_are_swept_with_their_secrets(running: Site) -> None:
    old, fresh = _begin(running, minutes=6), _begin(running, minutes=1)
    await running.poke_unsettled()
    with running.database.read() as session:
        states = {one: session.get_one(VCenter, one).state for one in (old, fresh)}
        assert [row.id for row in vcenters.listed(session)] == [running.vcenter_id]
    assert states == {old: vcenters.REMOVED, fresh: "unverified"}
    assert running.vault.read_secret(f"vcenters/{fresh}")
    with pytest.raises(SecretNotFound):
        running.vault.read_secret(f"vcenters/{old}")


def _begin(site: Site, minutes: int) -> str:
    trial = new_uuid()
    site.vault.write_secret(f"vcenters/{trial}", {"password": SecretStr("secret")})
    with site.database.write() as session:
        session.add(
            VCenter(
                id=trial,
                org_id=site.org_id,
                name=vcenters.trial_name(trial),
                host="vcenter.example",
                root_folder="/DC1/vm/kubernetes",
                secret_path=f"vcenters/{trial}",
                created_at=utc_now() - timedelta(minutes=minutes),
            )
        )
    return trial


async def test_secrets_that_never_came_into_force_are_swept_with_their_values(
    running: Site,
) -> None:
    old, fresh = _begin_secret(running, minutes=6), _begin_secret(running, minutes=1)
    await running.poke_unsettled()
    with running.database.read() as session:
        assert [session.get(Secret, one) is None for one in (old, fresh)] == [True, False]
    assert running.vault.read_secret(secret_path(fresh))
    with pytest.raises(SecretNotFound):
        running.vault.read_secret(secret_path(old))


def _begin_secret(site: Site, minutes: int) -> str:
    secret = new_uuid()
    site.vault.write_secret(secret_path(secret), {"password": SecretStr("secret")})
    with site.database.write() as session:
        session.add(
            Secret(
                id=secret,
                org_id=site.org_id,
                name=secrets.unfinished_name(secret),
                type="registry",
                secret_path=secret_path(secret),
                created_at=utc_now() - timedelta(minutes=minutes),
                created_by="tester",
            )
        )
    return secret
