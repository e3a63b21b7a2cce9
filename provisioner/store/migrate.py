"""Brings a database to this version's schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from provisioner.domain.ids import new_uuid
from provisioner.store.database import Database
from provisioner.store.errors import SchemaOutdated
from provisioner.store.tables import Installation


def migrate(database: Database) -> str:
    """The schema it is at now. Idempotent, also when several processes begin at once.

    Also gives the installation its UUID, the owner mark of all its VMs.
    """
    config = _config()
    engine = database.engine.execution_options(immediate=True)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with database.write() as session:
        if session.get(Installation, 1) is None:
            session.add(Installation(id=1, uuid=new_uuid()))
    return str(_head())


def require_current(database: Database) -> None:
    """Raises SchemaOutdated unless `migrate` has run for this version."""
    head = _head()
    with database.engine.connect() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
    if found != head:
        raise SchemaOutdated(
            f"the database is at schema {found}, this version needs {head}: "
            "run `pke-provisioner migrate`"
        )


def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
