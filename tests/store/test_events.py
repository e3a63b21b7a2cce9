"""The history of a resource is numbered without gaps, whoever writes it."""

from sqlalchemy.orm import Session

from provisioner.store import events
from provisioner.store.tables import Resource
from tests.store.crowds import at_once
from tests.store.estate import Estate


def note(session: Session, resource: Resource) -> None:
    events.record(session, resource, "Noted", "something happened", warning=True)


def test_events_are_numbered_from_one_and_say_when(estate: Estate) -> None:
    resource = estate.cluster()
    estate.locked(resource, note)
    first, second = estate.events(resource)
    assert (first.number, first.type, second.number, second.type) == (1, "Normal", 2, "Warning")
    assert first.at <= second.at


def test_what_no_database_keeps_is_replaced(estate: Estate) -> None:
    """Messages hold what guests and clusters say of themselves."""
    resource = estate.cluster()

    def note_odd(session: Session, row: Resource) -> None:
        events.record(session, row, "Noted", "a\0b \x1b[2J \ud800\n\tline")

    estate.locked(resource, note_odd)
    assert estate.events(resource)[-1].message == "a\ufffdb \ufffd[2J \ufffd\n\tline"


def test_many_writers_leave_no_gap(estate: Estate) -> None:
    one, other = estate.cluster("c1"), estate.cluster("c2")

    def write(number: int) -> None:
        for _ in range(5):
            estate.locked(one if number % 2 else other, note)

    at_once(10, write)
    for resource in (one, other):
        assert [event.number for event in estate.events(resource)] == list(range(1, 27))


def test_what_failed_leaves_no_gap(estate: Estate) -> None:
    resource = estate.cluster()

    def fail(session: Session, row: Resource) -> None:
        note(session, row)
        session.flush()
        raise ValueError

    for _ in range(2):
        try:
            estate.locked(resource, fail)
        except ValueError:
            estate.locked(resource, note)
    assert [event.number for event in estate.events(resource)] == [1, 2, 3]


def test_a_reader_goes_on_where_it_was(estate: Estate) -> None:
    resource = estate.cluster()
    for _ in range(6):
        estate.locked(resource, note)

    def page(after: int) -> list[int]:
        found = estate.read(lambda session: events.since(session, resource, after, limit=3))
        return [event.number for event in found]

    assert [page(0), page(3), page(6), page(7)] == [[1, 2, 3], [4, 5, 6], [7], []]
