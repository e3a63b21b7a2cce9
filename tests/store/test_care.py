"""Who is due for care, and what it found."""

from datetime import timedelta

from provisioner.domain.conditions import Condition
from provisioner.store import care
from tests.store.estate import Estate

EVERY = timedelta(minutes=5)
WELL = Condition(type="EtcdHealthy", status="True", reason="Healthy", message="3 members serve")
ILL = Condition(type="EtcdHealthy", status="False", reason="MemberDown", message="m1 is away")


def due(estate: Estate, limit: int = 10) -> list[str]:
    now = estate.now
    return [one for _, one in estate.read(lambda s: care.due(s, now, limit))]


def done(estate: Estate, *resources: str) -> None:
    following = estate.now + EVERY
    estate.write(lambda session: care.note_round(session, resources, following))


def told(estate: Estate, resource: str) -> list[tuple[str, str]]:
    found = [event for event in estate.events(resource) if "EtcdHealthy" in event.message]
    return [(event.type, event.reason) for event in found]


def note(estate: Estate, resource: str, *found: Condition) -> None:
    now = estate.now
    estate.locked(resource, lambda session, row: care.note(session, row, found, now))


def looks_until_calm(estate: Estate, running: str, *found: Condition) -> int:
    """How many there are before they become rare again, `found` being found all the time."""
    looks = 0
    while looks < 100:
        estate.now += care.SOON
        if due(estate) != [running]:
            break
        done(estate, running)
        note(estate, running, *found)
        looks += 1
    return looks


def test_only_what_serves_is_due(estate: Estate, running: str) -> None:
    estate.cluster("young")
    estate.now += EVERY
    assert due(estate) == [running]
    estate.delete(running)
    assert due(estate) == []


def test_whoever_waits_longest_comes_first(estate: Estate) -> None:
    clusters = [estate.cluster(f"c{number}") for number in range(3)]
    for one in clusters:
        estate.settle(one)
    first, second, third = clusters
    done(estate, second)
    estate.now += timedelta(minutes=1)
    done(estate, first)
    assert due(estate) == [third]
    estate.now += EVERY
    assert due(estate) == [third, second, first]
    assert due(estate, limit=2) == [third, second]
    done(estate, *clusters)
    assert due(estate) == []


def test_after_a_change_a_look_comes_soon_but_not_at_once(estate: Estate, running: str) -> None:
    estate.change(running, nodePools=[])
    estate.settle(running)
    assert due(estate) == []
    assert looks_until_calm(estate, running, WELL) == 1


def test_what_turned_bad_is_looked_at_again_soon_and_not_for_ever(
    estate: Estate, running: str
) -> None:
    assert looks_until_calm(estate, running, WELL) == 1
    estate.now += EVERY
    done(estate, running)
    note(estate, running, ILL)
    assert looks_until_calm(estate, running, ILL) == care.LOOKS_SOON
    assert looks_until_calm(estate, running, ILL) == 0


def test_what_is_well_again_is_left_in_peace(estate: Estate, running: str) -> None:
    done(estate, running)
    note(estate, running, ILL)
    assert looks_until_calm(estate, running, WELL) == 1


def test_changes_that_follow_each_other_put_no_look_off(estate: Estate, running: str) -> None:
    for _ in range(3):
        now = estate.now
        estate.locked(running, lambda _, row, at=now: care.soon(row, at))
        estate.now += care.SOON / 2
    assert due(estate) == [running]


def test_news_is_told_once(estate: Estate, running: str) -> None:
    note(estate, running, WELL)
    assert told(estate, running) == []
    note(estate, running, ILL)
    note(estate, running, ILL)
    note(estate, running, WELL)
    assert told(estate, running) == [("Warning", "MemberDown"), ("Normal", "Healthy")]
    assert estate.resource(running).care_conditions == [WELL.model_dump()]


def test_another_wording_is_shown_but_is_no_event(estate: Estate, running: str) -> None:
    note(estate, running, ILL)
    other = ILL.model_copy(update={"message": "m1 and m2 are away"})
    note(estate, running, other)
    assert len(told(estate, running)) == 1
    assert estate.read(lambda session: care.known(session, running)) == [other]


def test_a_plans_conditions_and_those_of_care_leave_each_other_alone(
    estate: Estate, running: str
) -> None:
    note(estate, running, WELL)
    before = estate.resource(running).conditions
    estate.change(running, nodePools=[])
    estate.look(running)
    row = estate.resource(running)
    assert row.conditions != before
    assert row.care_conditions == [WELL.model_dump()]
