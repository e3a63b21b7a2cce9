"""Which schema this version of the product needs.

Without Alembic, whose loading would slow down the start of every process.
"""

from typing import Final

from sqlalchemy import inspect, text

from provisioner.store.database import Database
from provisioner.store.errors import SchemaNewer, SchemaOutdated

# Of the last migration; a test compares them.
REVISION: Final = "0001"


def require_current(database: Database) -> None:
    """Raises SchemaOutdated unless `migrate` has run for this version, and SchemaNewer."""
    refuse_newer(database)
    found = _revision(database)
    if found != REVISION:
        raise SchemaOutdated(
            f"the database is at schema {found}, this version needs {REVISION}: "
            "run `pke-provisioner migrate`"
        )


def refuse_newer(database: Database) -> None:
    """Revisions are numbers of four digits. Raises SchemaNewer."""
    found = _revision(database)
    if found is not None and found > REVISION:
        raise SchemaNewer(
            f"the database is at schema {found}, this version knows {REVISION} at most: "
            "run the version that migrated it, or a later one"
        )


def _revision(database: Database) -> str | None:
    """As Alembic notes it. None before the first migration."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        query = text("SELECT version_num FROM alembic_version")
        return connection.execute(query).scalar_one_or_none()
