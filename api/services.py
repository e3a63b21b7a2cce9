"""What routes work with: made once by the composition root, handed in, never looked up."""

import threading
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.gateway import Gateway
from api.pke.authorities import Authorities
from api.pke.tokens import NodeTokens
from provisioner.bootstrap.identity import ServiceAccess
from provisioner.node_access import service_access
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.vault.vault import Vault


@dataclass(frozen=True)
class Services:
    settings: Settings
    database: Database
    vault: Vault
    gateway: Gateway
    node_tokens: NodeTokens
    authorities: Authorities
    # Set when the process is told to end: answers that go on and on come to an end then.
    ending: threading.Event = field(default_factory=threading.Event)

    @property
    def node_access(self) -> ServiceAccess:
        return service_access(self.settings)


def assemble(settings: Settings, database: Database, vault: Vault, gateway: Gateway) -> Services:
    return Services(
        settings=settings,
        database=database,
        vault=vault,
        gateway=gateway,
        node_tokens=NodeTokens(vault.node_token_keys),
        authorities=Authorities(vault.authority),
    )


async def services(request: Request) -> Services:
    """Async like all dependencies that wait for nothing: FastAPI runs the others in threads, and
    a turn in one takes longer than what these do.
    """
    found: Services = request.app.state.services
    return found


Use = Annotated[Services, Depends(services)]
