"""The API as its users meet it: served by uvicorn over real components."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn

from api.app import create_app
from api.services import Services
from lab.waiting import wait_until
from provisioner.domain.ids import new_uuid
from provisioner.store import inventory, tokens
from provisioner.store.database import Database
from provisioner.store.tables import VCenter
from provisioner.store.tokens import Role
from tests.api.inventory import ROOT, batch

SECONDS = 60.0


@dataclass
class Api:
    """One test's part of a server that all tests share.

    Its organisations are its own, and so is `vcenter_uuid`, the vCenter they all use.
    """

    url: str
    services: Services
    mark: str = field(default_factory=lambda: new_uuid()[:8])
    vcenter_uuid: str = field(default_factory=new_uuid)
    _opened: list[httpx.Client] = field(default_factory=list)
    _clients: dict[tuple[str, str | None], httpx.Client] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.services.database

    def client(self, role: Role | None = "admin", organisation: str = "ours") -> httpx.Client:
        """A caller of that organisation; None is nobody."""
        key = (organisation, role)
        if key not in self._clients:
            token = self.token(role, organisation) if role else None
            self._clients[key] = self.bearer(token)
        return self._clients[key]

    def bearer(self, token: str | None) -> httpx.Client:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        # There is no TLS here to verify; loading the authorities takes longer than most tests.
        opened = httpx.Client(base_url=self.url, headers=headers, timeout=SECONDS, verify=False)
        self._opened.append(opened)
        return opened

    def token(self, role: Role, organisation: str = "ours") -> str:
        org_id = self.organisation(organisation)
        with self.database.write() as session:
            return tokens.issue(session, org_id, role, f"a {role}")

    def organisation(self, name: str = "ours") -> int:
        with self.database.write() as session:
            return tokens.ensure_organisation(session, f"{name}-{self.mark}").id

    def add_vcenter(self, organisation: str = "ours", name: str = "lab") -> str:
        """A registered vCenter whose inventory was read."""
        org_id, vcenter_id = self.organisation(organisation), new_uuid()
        with self.database.write() as session:
            row = VCenter(
                id=vcenter_id,
                org_id=org_id,
                name=name,
                host="vcenter.example",
                thumbprint="AB" * 32,
                root_folder=ROOT,
                secret_path=f"vcenters/{vcenter_id}",
                instance_uuid=self.vcenter_uuid,
                state="connected",
            )
            session.add(row)
            session.flush()
            inventory.apply(session, row, batch())
        return vcenter_id

    def close(self) -> None:
        for client in self._opened:
            client.close()


@contextmanager
def served(services: Services) -> Iterator[str]:
    """The URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(services), log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        assert wait_until(lambda: server.started, 10)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()
