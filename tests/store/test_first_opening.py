"""A database file that several open for the first time at once lets them all in."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from sqlalchemy import text

from provisioner.store.database import Database

AT_ONCE = 8


def test_nobody_is_locked_out_while_others_enter_wal_mode(tmp_path: Path) -> None:
    for turn in range(15):
        url, together = f"sqlite:///{tmp_path}/{turn}.db", Barrier(AT_ONCE)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            assert list(pool.map(_open, [url] * AT_ONCE, [together] * AT_ONCE)) == [1] * AT_ONCE


def _open(url: str, together: Barrier) -> int:
    database = Database(url)
    together.wait()
    try:
        with database.write() as session:
            return int(session.execute(text("SELECT 1")).scalar_one())
    finally:
        database.close()
