"""A worker that starts before what it needs, is told the wrong place, or does not stop."""

import asyncio
import logging
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from lab.openbao import OpenBao
from lab.ports import free_port
from lab.temporal import TemporalServer
from provisioner.configured_files import Misconfigured
from provisioner.domain.errors import ProvisionerError
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
from provisioner.vault.errors import VaultUnavailable
from tests.workflow.site import Site
from workflows.patience import Patience, patiently
from workflows.worker import Running, TemporalUnreachable, connect, main, working

BRIEF = Patience(seconds=0.3, pause_seconds=0.1)


class Away(ProvisionerError):
    transient = True


@pytest.fixture
def given(tmp_path: Path, openbao: OpenBao) -> dict[str, object]:
    with closing(Database(f"sqlite:///{tmp_path}/pke.db")) as database:
        migrate(database)
    secret = tmp_path / "secret-id"
    secret.write_text(openbao.secret_id)
    return {
        "database_url": f"sqlite:///{tmp_path}/pke.db",
        "vault_url": openbao.url,
        "vault_role_id": openbao.role_id,
        "vault_secret_id_file": secret,
        "temporal_address": f"127.0.0.1:{free_port()}",
    }


async def start(settings: Settings) -> None:
    await asyncio.to_thread(main, settings, BRIEF)


async def test_without_temporal(given: dict[str, object], caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(TemporalUnreachable, match="PKE_TEMPORAL_ADDRESS: no Temporal answers at"):
        await start(Settings.model_validate(given))
    assert "asking again" in caplog.text


async def test_without_vault(given: dict[str, object]) -> None:
    url = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(VaultUnavailable, match=f"PKE_VAULT_URL: {url}"):
        await start(Settings.model_validate(given | {"vault_url": url}))


async def test_what_comes_late_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    answers = iter((Away("not yet"), Away("nor now"), None))

    async def ask() -> str:
        if problem := next(answers):
            raise problem
        return "here"

    assert await patiently(ask, Patience(seconds=5, pause_seconds=0.01)) == "here"
    assert caplog.text.count("asking again") == 2


async def test_what_no_patience_mends() -> None:
    async def ask() -> None:
        raise Misconfigured("wrong")

    with pytest.raises(Misconfigured):
        await patiently(ask, Patience())


async def test_a_namespace_that_is_not_there(temporal: TemporalServer) -> None:
    settings = Settings(temporal_address=temporal.address, temporal_namespace="nowhere")
    with pytest.raises(Misconfigured, match="PKE_TEMPORAL_NAMESPACE"):
        await connect(settings)


async def test_a_worker_that_never_says_that_it_has_stopped_is_left(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As the core of Temporal's SDK does now and then, when all of its work has ended."""

    async def never(_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("temporalio.bridge.worker.Worker.finalize_shutdown", never)
    composition = site.compose()
    impatient = Running(timedelta(0), timedelta(seconds=1), SandboxedWorkflowRunner())
    async with working(site.client, site.queue, composition, impatient):
        await site.begin(watch=False)
    await composition.close()
    assert "left as it is" in caplog.text
