"""Runs the API: composes it from settings and serves it until it is told to end."""

import sys
import threading
from contextlib import suppress
from types import FrameType

import uvicorn

from api import logs
from api.app import create_app
from api.gateway import Gateway
from api.services import assemble
from provisioner.configured_files import Misconfigured, check_tls
from provisioner.opening.database import open_database
from provisioner.opening.vault import open_vault
from provisioner.settings import Settings

# In-flight requests are finished: a reset would end a node's install for good.
_DRAIN_SECONDS = 30
_LAST_PORT = 65535
_NOT_STARTED = 3


def serve(settings: Settings) -> None:
    """Raises SchemaOutdated and Misconfigured."""
    host, port = listen_address(settings.api_listen)
    check_tls(settings)
    database, vault = open_database(settings), open_vault(settings)
    gateway = Gateway(settings.temporal_address, settings.temporal_namespace, settings.task_queue)
    services = assemble(settings, database, vault, gateway)
    config = uvicorn.Config(
        create_app(services),
        host=host,
        port=port,
        log_config=logs.configuration(settings),
        ssl_certfile=settings.api_tls_certificate,
        ssl_keyfile=settings.api_tls_key,
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        server_header=False,
    )
    server = _Server(config, services.ending)
    try:
        with suppress(KeyboardInterrupt):
            server.run()
    finally:
        vault.close()
        database.close()
    if not server.started:
        sys.exit(_NOT_STARTED)


class _Server(uvicorn.Server):
    """Draining would wait in vain for answers that go on and on, if they were not told."""

    def __init__(self, config: uvicorn.Config, ending: threading.Event) -> None:
        super().__init__(config)
        self._ending = ending

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._ending.set()
        super().handle_exit(sig, frame)


def listen_address(text: str) -> tuple[str, int]:
    """`host:port`, an IPv6 host in brackets. Raises Misconfigured."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:
        raise Misconfigured(f"PKE_API_LISTEN: {text!r} is not host:port")
    return host.strip("[]"), int(port)
