"""Brings a database to this version's schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config

from provisioner.domain.ids import new_uuid
from provisioner.store.database import Database
from provisioner.store.schema import REVISION, refuse_newer
from provisioner.store.tables import Installation


def migrate(database: Database) -> str:
    """The schema it is at now. Idempotent, also when several processes begin at once.

    Also gives the installation its UUID, the owner mark of all its VMs.
    """
    refuse_newer(database)
    config = _config()
    engine = database.engine.execution_options(immediate=True)
    with engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, REVISION)
    with database.write() as session:
        if session.get(Installation, 1) is None:
            session.add(Installation(id=1, uuid=new_uuid()))
    return REVISION


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return config
