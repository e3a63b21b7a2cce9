"""Whoever changes the members of an etcd counts on the others, so nobody else does meanwhile."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.ids import new_uuid
from provisioner.store import membership_changes
from provisioner.store.database import Database

# Above what a change takes, waiting for the others to serve included.
_LIFE = timedelta(minutes=3)
PATIENCE_SECONDS = 30.0
_POLL_SECONDS = 0.5


class AnotherChange(ProvisionerError):
    """Members are changed one at a time, and one is."""

    transient = expected = True


@contextmanager
def membership_change(database: Database, resource_id: str) -> Iterator[None]:
    """Nobody else changes the resource's members meanwhile, in this process or another.

    Raises AnotherChange when it does not get its turn in time.
    """
    holder, deadline = new_uuid(), time.monotonic() + PATIENCE_SECONDS
    while until := _begin(database, resource_id, holder):
        if time.monotonic() >= deadline:
            raise AnotherChange(
                "another member of its etcd leaves or joins just now, and two at once could each "
                f"count on the other; should that worker be dead, we go on at {until:%H:%M:%S} UTC"
            )
        time.sleep(_POLL_SECONDS)
    try:
        yield
    finally:
        with database.write() as session:
            membership_changes.end(session, resource_id, holder)


def _begin(database: Database, resource_id: str, holder: str) -> datetime | None:
    with database.write() as session:
        return membership_changes.begin(session, resource_id, holder, _LIFE)
