"""This process's connections to vCenters: one session each, opened when first needed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.virtual_machines import VCenterAccess
from provisioner.store import vcenters
from provisioner.store.database import Database
from provisioner.store.tables import VCenter as VCenterRow
from provisioner.vault.vault import Vault
from provisioner.vsphere.errors import LoginRejected
from provisioner.vsphere.vcenter import Pace, VCenter
from workflows.threads import Threads

_FRESH_SECONDS = 3.0


class CredentialsRefused(ProvisionerError):
    """These credentials failed once. No login is tried before they change: it could lock out."""

    transient = True


@dataclass
class Connection:
    """`slots` bounds the clones in flight; `version` is that of the credentials in use.

    Until `fresh_until` (the loop's time) nobody asks whether there are newer ones.
    """

    vcenter: VCenter
    version: int
    slots: asyncio.Semaphore
    fresh_until: float
    folders: dict[tuple[str, str], str] = field(default_factory=dict)
    folder_lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def folder(self, parent: str, name: str) -> str:
        """The folder `name` below `parent`, made once."""
        async with self.folder_lock:
            if (parent, name) not in self.folders:
                made = await self.vcenter.ensure_folder(parent, name)
                self.folders[parent, name] = made
            return self.folders[parent, name]

    def forget_folders(self, removed: list[str]) -> None:
        self.folders = {key: made for key, made in self.folders.items() if made not in removed}


@dataclass(frozen=True)
class Usage:
    """How this process uses each vCenter: its threads, and the clones it may have in flight."""

    soap: Threads
    slots: int
    pace: Pace | None = None


class Connections:
    def __init__(self, database: Database, vault: Vault, threads: Threads, usage: Usage) -> None:
        self._database, self._vault = database, vault
        self._threads, self._usage = threads, usage
        self._open: dict[str, Connection] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def get(self, vcenter_id: str) -> Connection:
        """Raises CredentialsRefused, VCenterError, VaultError, NotFound."""
        async with self._locks.setdefault(vcenter_id, asyncio.Lock()):
            found = self._open.get(vcenter_id)
            if found is None or found.fresh_until < _now():
                found = self._open[vcenter_id] = await self._current(vcenter_id, found)
            return found

    async def _current(self, vcenter_id: str, known: Connection | None) -> Connection:
        row = await self._threads.run(self._row, vcenter_id)
        if known and known.version == row.credential_version:
            known.fresh_until = _now() + _FRESH_SECONDS
            return known
        if known:
            del self._open[vcenter_id]
            await known.vcenter.close()
        return await self._connect(row)

    @asynccontextmanager
    async def guarded(self, vcenter_id: str) -> AsyncIterator[Connection]:
        """As `get`; a login refused while in use stops further ones."""
        connection = await self.get(vcenter_id)
        try:
            yield connection
        except LoginRejected:
            connection.fresh_until = 0.0
            await self._threads.run(self._note_refused, vcenter_id, connection.version)
            raise

    def requests(self) -> Counter[str]:
        """SOAP requests of the open connections so far, by method."""
        return sum((one.vcenter.requests for one in self._open.values()), Counter())

    async def close(self) -> None:
        for connection in self._open.values():
            await connection.vcenter.close()
        self._open.clear()

    async def access(self, row: VCenterRow) -> VCenterAccess:
        values = await self._threads.run(self._vault.read_secret, row.secret_path)
        return VCenterAccess(
            host=row.host,
            port=row.port,
            username=values["username"].get_secret_value(),
            password=values["password"],
            thumbprint=row.thumbprint,
            ca_bundle=row.ca_bundle,
        )

    async def _connect(self, row: VCenterRow) -> Connection:
        if row.rejected_version == row.credential_version:
            raise CredentialsRefused(
                f"vCenter {row.name} refused these credentials; no further login is tried, "
                "lest the account is locked: update the user and password"
            )
        vcenter = VCenter(await self.access(row), self._usage.soap.executor, self._usage.pace)
        try:
            await vcenter.connect()
        except BaseException as err:
            await vcenter.close()
            if isinstance(err, LoginRejected):
                await self._threads.run(self._note_refused, row.id, row.credential_version)
            raise
        return Connection(
            vcenter,
            row.credential_version,
            asyncio.Semaphore(self._usage.slots),
            _now() + _FRESH_SECONDS,
        )

    def _row(self, vcenter_id: str) -> VCenterRow:
        with self._database.read() as session:
            return vcenters.get(session, vcenter_id)

    def _note_refused(self, vcenter_id: str, version: int) -> None:
        with self._database.write() as session:
            row = vcenters.get(session, vcenter_id)
            row.rejected_version = version
            row.state, row.reason = "refused", "the vCenter refused user name or password"


def _now() -> float:
    return asyncio.get_running_loop().time()
