"""Of a resource's quorum, one changes the members at a time."""

from datetime import timedelta

from provisioner.store import membership_changes
from tests.store.estate import Estate

LIFE = timedelta(minutes=3)


def begin(estate: Estate, resource: str, holder: str, life: timedelta = LIFE) -> bool:
    return estate.write(lambda s: membership_changes.begin(s, resource, holder, life)) is None


def end(estate: Estate, resource: str, holder: str) -> None:
    estate.write(lambda session: membership_changes.end(session, resource, holder))


def test_the_second_waits_for_the_first(estate: Estate, running: str) -> None:
    assert begin(estate, running, "first")
    assert begin(estate, running, "first")
    assert not begin(estate, running, "second")
    end(estate, running, "second")
    assert not begin(estate, running, "second")
    end(estate, running, "first")
    assert begin(estate, running, "second")


def test_one_whose_process_died_holds_nobody_up_for_ever(estate: Estate, running: str) -> None:
    assert begin(estate, running, "dead", timedelta())
    assert begin(estate, running, "second")
    end(estate, running, "dead")
    assert not begin(estate, running, "third")


def test_other_resources_go_on(estate: Estate, running: str) -> None:
    assert begin(estate, running, "first")
    assert begin(estate, estate.cluster(name="c2"), "second")
