"""The API as its users meet it: served by uvicorn, on a database of its own."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
import uvicorn

from api.app import create_app
from api.gateway import Gateway
from api.services import Services, assemble
from lab.waiting import wait_until
from provisioner.settings import Settings
from provisioner.store import inventory, tokens
from provisioner.store.database import Database
from provisioner.store.tables import VCenter
from provisioner.store.tokens import Role
from provisioner.vault.vault import Vault
from tests.api.inventory import ROOT, batch

VCENTER_UUID = "5b7b4a5e-0000-4000-8000-00000000000a"


@dataclass
class Api:
    """`client(role)` is a caller of organisation `ours`, or of another one."""

    url: str
    services: Services
    _clients: dict[tuple[str, str | None], httpx.Client] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.services.database

    def client(self, role: Role | None = "admin", organisation: str = "ours") -> httpx.Client:
        key = (organisation, role)
        if key not in self._clients:
            headers = {}
            if role:
                headers["Authorization"] = f"Bearer {self._token(organisation, role)}"
            self._clients[key] = httpx.Client(base_url=self.url, headers=headers, timeout=60)
        return self._clients[key]

    def bearer(self, token: str) -> httpx.Client:
        return httpx.Client(
            base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def organisation(self, name: str = "ours") -> int:
        with self.database.write() as session:
            return tokens.ensure_organisation(session, name).id

    def add_vcenter(self, vcenter_id: str, organisation: str = "ours", name: str = "lab") -> None:
        """A registered vCenter whose inventory was read."""
        org_id = self.organisation(organisation)
        with self.database.write() as session:
            row = VCenter(
                id=vcenter_id,
                org_id=org_id,
                name=name,
                host="vcenter.example",
                thumbprint="AB" * 32,
                root_folder=ROOT,
                secret_path=f"vcenters/{vcenter_id}",
                instance_uuid=VCENTER_UUID,
                state="connected",
            )
            session.add(row)
            session.flush()
            inventory.apply(session, row, batch())

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def _token(self, organisation: str, role: Role) -> str:
        org_id = self.organisation(organisation)
        with self.database.write() as session:
            return tokens.issue(session, org_id, role, f"a {role}")


@contextmanager
def served(database: Database, vault: Vault, temporal: str) -> Iterator[Api]:
    settings = Settings(temporal_address=temporal)
    gateway = Gateway(temporal, settings.temporal_namespace, settings.task_queue)
    services = assemble(settings, database, vault, gateway)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(create_app(services), log_config=None, lifespan="on")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    api = Api(f"http://127.0.0.1:{listener.getsockname()[1]}", services)
    try:
        assert wait_until(lambda: server.started, 10)
        yield api
    finally:
        api.close()
        server.should_exit = True
        thread.join(30)
        listener.close()
