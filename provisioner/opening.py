"""From settings to what both processes open: the database and Vault."""

from pathlib import Path

from pydantic import SecretStr
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from provisioner.configured_files import Misconfigured, check_files, check_node_access, read
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.store.errors import SchemaOutdated
from provisioner.store.migrate import require_current
from provisioner.vault.access import VaultAccess
from provisioner.vault.vault import Vault


def open_database(settings: Settings) -> Database:
    """Raises SchemaOutdated, also when there is no database yet, and Misconfigured."""
    file = _database_file(settings)
    if file and not file.exists():
        raise SchemaOutdated(
            f"PKE_DATABASE_URL: {file.absolute()} does not exist: correct the path, "
            "or run `pke-provisioner migrate` to make it"
        )
    database = _database(settings)
    require_current(database)
    return database


def new_database(settings: Settings) -> Database:
    """To be migrated: it may be missing, but not the folder it belongs in. Raises Misconfigured."""
    file = _database_file(settings)
    if file and not file.parent.is_dir():
        folder = file.parent.absolute()
        raise Misconfigured(f"PKE_DATABASE_URL: the folder {folder} does not exist; make it first")
    return _database(settings)


def database_shown(settings: Settings) -> str:
    """Which database it is, without its password. Raises Misconfigured."""
    file = _database_file(settings)
    url = make_url(settings.database_url.get_secret_value())
    return str(file.absolute()) if file else url.render_as_string(hide_password=True)


def open_vault(settings: Settings) -> Vault:
    """Raises Misconfigured. Logs in only when first used."""
    secret_id = settings.vault_secret_id_file
    if not settings.vault_role_id or secret_id is None:
        raise Misconfigured("set PKE_VAULT_ROLE_ID and PKE_VAULT_SECRET_ID_FILE")
    check_files(settings)
    check_node_access(settings)
    secret = read("PKE_VAULT_SECRET_ID_FILE", secret_id).strip()
    if not secret:
        raise Misconfigured(f"PKE_VAULT_SECRET_ID_FILE: {secret_id} is empty")
    bundle = settings.vault_ca_file
    return Vault(
        VaultAccess(
            url=settings.vault_url,
            role_id=settings.vault_role_id,
            secret_id=SecretStr(secret),
            ca_bundle=read("PKE_VAULT_CA_FILE", bundle) if bundle else None,
        )
    )


def _database(settings: Settings) -> Database:
    try:
        return Database(settings.database_url.get_secret_value())
    except (ArgumentError, ImportError):
        # Without its cause, which may quote a password.
        raise Misconfigured("PKE_DATABASE_URL: must be sqlite:///FILE") from None


def _database_file(settings: Settings) -> Path | None:
    """None when the database is no file. Raises Misconfigured."""
    try:
        url = make_url(settings.database_url.get_secret_value())
    except (ArgumentError, ValueError):
        raise Misconfigured("PKE_DATABASE_URL: must be sqlite:///FILE") from None
    is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
    return Path(str(url.database)) if is_file else None
