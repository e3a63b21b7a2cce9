"""From settings to what both processes open: the database and Vault."""

from pathlib import Path

from pydantic import SecretStr

from provisioner.domain.errors import ProvisionerError
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.store.migrate import require_current
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault


class Misconfigured(ProvisionerError):
    """A setting is missing, or does not name what it should."""


def open_database(settings: Settings) -> Database:
    """Raises SchemaOutdated."""
    database = Database(settings.database_url.get_secret_value())
    require_current(database)
    return database


def open_vault(settings: Settings) -> Vault:
    """Raises Misconfigured. Logs in only when first used."""
    secret_id = settings.vault_secret_id_file
    if not settings.vault_role_id or secret_id is None:
        raise Misconfigured("set PKE_VAULT_ROLE_ID and PKE_VAULT_SECRET_ID_FILE")
    bundle = settings.vault_ca_file
    return Vault(
        VaultAccess(
            url=settings.vault_url,
            role_id=settings.vault_role_id,
            secret_id=SecretStr(_read("PKE_VAULT_SECRET_ID_FILE", secret_id).strip()),
            ca_bundle=_read("PKE_VAULT_CA_FILE", bundle) if bundle else None,
        )
    )


def _read(setting: str, path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as err:
        raise Misconfigured(f"{setting}: {path} can't be read: {err}") from err
