"""One engine per process, and the two ways to use it: reading, and writing under a lock."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.orm import Session

_BUSY_MILLISECONDS = 30_000


class Database:
    """`url` is an SQLAlchemy URL. On SQLite writers queue up (`BEGIN IMMEDIATE`, WAL)."""

    def __init__(self, url: str) -> None:
        # Errors are logged, and rows hold what people wrote.
        self.engine = create_engine(url, pool_size=16, max_overflow=32, hide_parameters=True)
        self.statements = 0
        event.listen(self.engine, "before_cursor_execute", self._count)
        # SQLite's writers wait by sleeping; threads of one process queue up here instead.
        self._writing: AbstractContextManager[object] = nullcontext()
        if self.engine.dialect.name == "sqlite":
            _tune_sqlite(self.engine)
            self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """Commits at the end, rolls back on any error."""
        engine = self.engine.execution_options(immediate=True)
        with self._writing, Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def rehearse(self) -> Iterator[Session]:
        """Like `write`, but nothing of it stays: what a dry run does is what a run would do."""
        engine = self.engine.execution_options(immediate=True)
        with self._writing, Session(engine, expire_on_commit=False) as session:
            yield session
            session.rollback()

    def close(self) -> None:
        self.engine.dispose()

    def _count(self, *_: Any) -> None:
        self.statements += 1


def _tune_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # we say when a transaction begins
        connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        _enter_wal(connection)
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")


def _enter_wal(connection: Any) -> None:
    """SQLite does not wait for whoever enters WAL mode at the same moment, busy_timeout or not."""
    deadline = time.monotonic() + _BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as err:
            if "locked" not in str(err) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
