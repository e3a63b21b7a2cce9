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
    return [one for _, one in estate.read(lambda s: care.due(s, now, EVERY, limit))]


def done(estate: Estate, *resources: str) -> None:
    now = estate.now
    estate.write(lambda session: care.note_round(session, resources, now))


def told(estate: Estate, resource: str) -> list[tuple[str, str]]:
    found = [event for event in estate.events(resource) if "EtcdHealthy" in event.message]
    return [(event.type, event.reason) for event in found]


def note(estate: Estate, resource: str, *found: Condition) -> None:
    estate.locked(resource, lambda session, row: care.note(session, row, found))


def test_only_what_serves_is_due(estate: Estate, running: str) -> None:
    estate.cluster("young")
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
