"""Runs the API: composes it from settings and serves it until it is told to end."""

import uvicorn
from pydantic import SecretStr

from api import logs
from api.app import create_app
from api.gateway import Gateway
from api.services import assemble
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.store.migrate import require_current
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault

# In-flight requests are finished: a reset would end a node's install for good.
_DRAIN_SECONDS = 30


def serve(settings: Settings) -> None:
    """Raises SchemaOutdated."""
    database = Database(settings.database_url.get_secret_value())
    require_current(database)
    vault = Vault(vault_access(settings))
    gateway = Gateway(settings.temporal_address, settings.temporal_namespace, settings.task_queue)
    app = create_app(assemble(settings, database, vault, gateway))
    host, port = listen_address(settings.api_listen)
    try:
        uvicorn.run(
            app,
            host=host,
            port=port,
            log_config=logs.configuration(settings),
            ssl_certfile=settings.api_tls_certificate,
            ssl_keyfile=settings.api_tls_key,
            timeout_graceful_shutdown=_DRAIN_SECONDS,
            server_header=False,
        )
    finally:
        vault.close()
        database.close()


def vault_access(settings: Settings) -> VaultAccess:
    secret_id = settings.vault_secret_id_file
    bundle = settings.vault_ca_file
    return VaultAccess(
        url=settings.vault_url,
        role_id=settings.vault_role_id,
        secret_id=SecretStr(secret_id.read_text().strip() if secret_id else ""),
        ca_bundle=bundle.read_text() if bundle else None,
    )


def listen_address(text: str) -> tuple[str, int]:
    """`host:port`, an IPv6 host in brackets."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)
