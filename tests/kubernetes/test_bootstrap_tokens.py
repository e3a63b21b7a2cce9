import re
from datetime import UTC, datetime, timedelta

import pytest

from lab.guests.kubernetes.resources import SECRETS
from provisioner.kubernetes.bootstrap_tokens import (
    BootstrapToken,
    new_bootstrap_token,
    secret_data,
)

TTL = timedelta(minutes=15)


@pytest.fixture
def token() -> BootstrapToken:
    return new_bootstrap_token(datetime.now(UTC), TTL, "node worker-1")


def stored(cluster) -> list[dict]:
    return cluster.objects.list(SECRETS, "kube-system")


def test_a_token_has_the_form_kubeadm_wants_and_hides_its_secret(token):
    assert re.fullmatch(r"[a-z0-9]{6}\.[a-z0-9]{16}", token.value.get_secret_value())
    assert token.secret.get_secret_value() not in f"{token!r} {token!s} {token.model_dump_json()}"


def test_no_two_tokens_are_alike(token):
    assert new_bootstrap_token(datetime.now(UTC), TTL, "x").value != token.value


def test_a_created_token_is_in_force(api, cluster, token):
    api.create_bootstrap_token(token)
    assert cluster.accepts_token(token.value.get_secret_value())
    assert not cluster.accepts_token(f"{token.token_id}.{'x' * 16}")


def test_it_is_the_secret_that_kubernetes_knows(api, cluster, token):
    api.create_bootstrap_token(token)
    (secret,) = stored(cluster)
    assert secret["metadata"]["name"] == f"bootstrap-token-{token.token_id}"
    assert secret["type"] == "bootstrap.kubernetes.io/token"
    assert set(secret["data"]) == set(secret_data(token))


def test_its_expiry_is_utc_whatever_the_clock_says(token):
    east = token.expires_at.astimezone(tz=None)
    told = secret_data(token.model_copy(update={"expires_at": east}))["expiration"]
    assert told == token.expires_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_creating_again_renews_it(api, cluster, token):
    expired = token.model_copy(update={"expires_at": datetime.now(UTC) - TTL})
    api.create_bootstrap_token(expired)
    assert not cluster.accepts_token(token.value.get_secret_value())
    api.create_bootstrap_token(token)
    api.create_bootstrap_token(token)
    assert cluster.accepts_token(token.value.get_secret_value())
    assert len(stored(cluster)) == 1


def test_a_deleted_token_is_worthless_and_deleting_may_be_repeated(api, cluster, token):
    api.create_bootstrap_token(token)
    api.delete_bootstrap_token(token.token_id)
    api.delete_bootstrap_token(token.token_id)
    assert not cluster.accepts_token(token.value.get_secret_value())
    assert stored(cluster) == []
