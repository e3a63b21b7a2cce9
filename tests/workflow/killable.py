"""Workers in processes of their own, see worker_process."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lab import processes
from lab.processes import Command, Process
from tests.workflow.site import Site

ROOT = Path(__file__).parents[2]
READY_SECONDS = 90


@contextmanager
def killable_worker(site: Site, folder: Path, name: str) -> Iterator[Process]:
    secret = folder / "secret-id"
    secret.touch(mode=0o600)
    secret.write_text(site.servers.openbao.secret_id)
    settings = {
        "PKE_DATABASE_URL": site.settings.database_url.get_secret_value(),
        "PKE_TEMPORAL_ADDRESS": site.servers.temporal.address,
        "PKE_TASK_QUEUE": site.queue,
        "PKE_VAULT_URL": site.servers.openbao.url,
        "PKE_VAULT_ROLE_ID": site.servers.openbao.role_id,
        "PKE_VAULT_SECRET_ID_FILE": str(secret),
        "PKE_PACKER": site.settings.packer,
        "PKE_PACKER_PLUGINS": str(site.settings.packer_plugins or ""),
    }
    argv = (sys.executable, "-m", "tests.workflow.worker_process")
    command = Command(name, argv, env=settings, cwd=ROOT)
    log = folder / f"{name}.log"
    process = processes.start_ready(
        command, folder, lambda: "ready" in log.read_text(), READY_SECONDS
    )
    try:
        yield process
    finally:
        process.kill()
