"""From settings to the database."""

from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from provisioner.configured_files import Misconfigured
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.store.errors import SchemaOutdated
from provisioner.store.schema import require_current


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
