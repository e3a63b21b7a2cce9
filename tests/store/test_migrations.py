"""The schema comes from migrations alone, and they say what the tables say."""

import sys
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE, Popen

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from provisioner import store
from provisioner.store import vcenters
from provisioner.store.database import Database
from provisioner.store.errors import SchemaNewer, SchemaOutdated
from provisioner.store.migrate import migrate
from provisioner.store.schema import REVISION, require_current
from provisioner.store.tables import Base

MIGRATIONS = Path(store.__file__).parent / "migrations"
# Says that it is ready, and begins when its input ends.
MIGRATE = """
import sys
from provisioner.store.database import Database
from provisioner.store.migrate import migrate
database = Database(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
migrate(database)
"""


def run(database: Database, change: str, *given: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        getattr(command, change)(config, *given)


def table_names(database: Database) -> set[str]:
    return set(inspect(database.engine).get_table_names())


def test_the_last_migration_leads_to_the_schema_that_is_needed() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [REVISION]


def test_migrations_make_exactly_the_tables(database: Database) -> None:
    assert table_names(database) == {*Base.metadata.tables, "alembic_version"}
    run(database, "check")


def test_migrations_lead_back_to_nothing(database: Database) -> None:
    run(database, "downgrade", "base")
    assert table_names(database) == {"alembic_version"}
    migrate(database)
    require_current(database)


def test_an_empty_database_is_refused_until_it_is_migrated(empty_url: str) -> None:
    database = Database(empty_url)
    with pytest.raises(SchemaOutdated, match="pke-provisioner migrate"):
        require_current(database)
    migrate(database)
    require_current(database)
    database.close()


def test_a_later_versions_database_is_neither_used_nor_migrated(database: Database) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    for touch in (require_current, migrate):
        with pytest.raises(SchemaNewer, match="at schema 9999, this version knows 0001 at most"):
            touch(database)


def test_migrating_again_keeps_the_installations_mark(database: Database) -> None:
    with database.read() as session:
        before = vcenters.owner_mark(session)
    migrate(database)
    with database.read() as session:
        assert vcenters.owner_mark(session) == before


def test_processes_may_migrate_at_once(empty_url: str) -> None:
    with ExitStack() as running:
        command_line = [sys.executable, "-c", MIGRATE, empty_url]
        migrating = [
            running.enter_context(Popen(command_line, stdin=PIPE, stdout=PIPE)) for _ in range(2)
        ]
        assert all(process.stdout.readline() == b"ready\n" for process in migrating)
        for process in migrating:
            process.stdin.close()
        assert [process.wait(60) for process in migrating] == [0, 0]
