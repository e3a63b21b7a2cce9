"""Which schema this version of the product needs. Only who migrates loads Alembic for it."""

from typing import Final

from sqlalchemy import inspect, text

from provisioner.store.database import Database
from provisioner.store.errors import SchemaOutdated

# The last migration's.
SCHEMA: Final = "0001"


def require_current(database: Database) -> None:
    """Raises SchemaOutdated unless `migrate` has run for this version."""
    found = _found(database)
    if found != SCHEMA:
        raise SchemaOutdated(
            f"the database is at schema {found}, this version needs {SCHEMA}: "
            "run `pke-provisioner migrate`"
        )


def _found(database: Database) -> str | None:
    """As Alembic notes it. None before the first migration."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
        return found
