"""One installation of the product for one test: a database, a task queue, a folder for its VMs."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

from pydantic import SecretStr
from temporalio.client import Client
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from api.gateway import Gateway
from provisioner.domain.ids import new_uuid
from provisioner.settings import Settings
from provisioner.store import inventory
from provisioner.store.database import Database
from provisioner.store.tables import VCenter
from provisioner.vault.vault import Vault
from provisioner.vsphere.gathering import Window
from provisioner.vsphere.vcenter import Pace
from tests.workflow.inspector import Inspector
from tests.workflow.plain_document import PLAIN
from tests.workflow.plain_kind import PlainKind
from tests.workflow.servers import Servers
from workflows.composition import Composition, assemble
from workflows.contracts import CARE, UNSETTLED
from workflows.worker import Running, working

VCENTER_NAME = "lab"
PATIENCE = timedelta(seconds=30)
# A test's few machines need not wait for company.
AT_ONCE = Window(shortest=0.02, longest=0.1)
QUICK = Pace(tasks=AT_ONCE, power=AT_ONCE, watch=AT_ONCE)


@dataclass(frozen=True)
class Site:
    servers: Servers
    client: Client
    inspector: Inspector
    settings: Settings
    database: Database
    vault: Vault
    gateway: Gateway
    kind: PlainKind
    root_folder: str
    org_id: int
    vcenter_id: str
    others: dict[str, Inspector] = field(default_factory=dict)

    def inspector_at(self, vcenter_id: str) -> Inspector:
        return self.others.get(vcenter_id, self.inspector)

    @property
    def queue(self) -> str:
        return self.settings.task_queue

    def compose(self) -> Composition:
        """A worker's parts, with connections of its own to everything; the kind is shared."""
        database = Database(self.settings.database_url.get_secret_value())
        kinds = {PLAIN: self.kind}
        return assemble(self.settings, database, self.servers.vault(), kinds, QUICK)

    @asynccontextmanager
    async def worker(self, composition: Composition | None = None) -> AsyncIterator[Composition]:
        """A worker that stops without any grace."""
        composition = composition or self.compose()
        running = Running(timedelta(0), PATIENCE, SandboxedWorkflowRunner())
        async with working(self.client, self.queue, composition, running):
            yield composition
        await composition.close()

    async def begin(self, *, watch: bool = True) -> None:
        """The vCenter is tried and watched, as after POST /vcenters. Takes a worker."""
        verdict = await self.gateway.verify_vcenter(self.vcenter_id)
        assert verdict.accepted, verdict
        if watch:
            await self.gateway.ensure_watch(self.vcenter_id)

    async def poke_unsettled(self) -> None:
        """What the schedule does every minute."""
        await self.client.execute_workflow(UNSETTLED, id=new_uuid(), task_queue=self.queue)

    async def care(self) -> None:
        """What the schedule does every half minute."""
        await self.client.execute_workflow(CARE, id=new_uuid(), task_queue=self.queue)

    def sees(self, moref: str) -> bool:
        """Whether the watch has told of the VM."""
        with self.database.read() as session:
            return moref in inventory.machine_morefs(session, self.vcenter_id)

    def give_credentials(self, password: str, version: int = 1) -> None:
        path = f"vcenters/{self.vcenter_id}"
        username = SecretStr(self.servers.vcenter.username)
        self.vault.write_secret(path, {"username": username, "password": SecretStr(password)})
        with self.database.write() as session:
            row = session.get_one(VCenter, self.vcenter_id)
            row.secret_path, row.credential_version = path, version

    def reach_vcenter_at(self, host: str, port: int) -> None:
        with self.database.write() as session:
            row = session.get_one(VCenter, self.vcenter_id)
            row.host, row.port = host, port
