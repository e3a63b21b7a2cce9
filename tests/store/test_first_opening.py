"""A database file that several processes open for the first time at once lets them all in."""

import subprocess
import sys
from pathlib import Path

# Threads of one process don't meet where SQLite's locks do, so these are processes; they are
# forked by a program of its own, which has no threads.
OPENERS = """
import multiprocessing, sys
from provisioner.store.database import Database

def open_first(url, together):
    database = Database(url)
    together.wait()
    with database.write() as session:
        session.connection().exec_driver_sql("SELECT 1")

context = multiprocessing.get_context("fork")
for turn in range(60):
    together = context.Barrier(3)
    given = (f"sqlite:///{sys.argv[1]}/{turn}.db", together)
    openers = [context.Process(target=open_first, args=given) for _ in range(3)]
    [one.start() for one in openers]
    [one.join() for one in openers]
    if any(one.exitcode for one in openers):
        sys.exit(f"locked out at turn {turn}")
"""


def test_nobody_is_locked_out_while_others_enter_wal_mode(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENERS, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
