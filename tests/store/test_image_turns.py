"""Whose turn it is to work on an image, and to build at a vCenter."""

from datetime import datetime, timedelta

import pytest

from provisioner.domain.ids import new_uuid
from provisioner.domain.images import BUILD, KIND
from provisioner.domain.spec.image import ImageSpec
from provisioner.store import image_turns, images, resources, tokens
from provisioner.store.image_turns import LAPSE
from provisioner.store.resources import NewResource
from provisioner.store.tables import VCenter
from provisioner.store.types import utc_now
from tests.store.estate import Estate

ME, OTHER = new_uuid(), new_uuid()


class Clock:
    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(image_turns, "utc_now", made)
    return made


def image(estate: Estate, name: str, org: int | None = None, vcenter: str | None = None) -> str:
    document = {
        "name": name,
        "vcenter": "lab",
        "source": "import",
        "placement": {"datacenter": "DC1", "networks": [{"name": "nodes"}]},
    }
    where = vcenter or estate.vcenter
    new = NewResource(org or estate.org, KIND, name, where, document, "alice")
    with estate.database.write() as session:
        resource, _ = resources.create(session, new)
        images.begin(session, resource, ImageSpec.model_validate(document))
        return resource.id


def elsewhere(estate: Estate, *, same: bool) -> tuple[int, str]:
    """Another organisation that registered a vCenter, of the estate or not."""
    with estate.database.write() as session:
        org = tokens.ensure_organisation(session, "others").id
        own = session.get_one(VCenter, estate.vcenter)
        copied = {key: getattr(own, key) for key in ("host", "root_folder", "secret_path")}
        uuid = own.instance_uuid if same else new_uuid()
        row = VCenter(id=new_uuid(), org_id=org, name="theirs", instance_uuid=uuid, **copied)
        session.add(row)
        session.flush()
        return org, row.id


def take(estate: Estate, one: str, task: str = BUILD, holder: str = ME) -> float:
    return estate.write(lambda session: image_turns.take(session, one, task, holder))


def wait(estate: Estate, one: str) -> float:
    return estate.write(lambda session: image_turns.wait(session, one, BUILD))


def held(estate: Estate, one: str) -> str | None:
    return estate.read(lambda session: image_turns.held(session, one))


def ahead(estate: Estate, one: str) -> int:
    vcenter = estate.read(lambda s: resources.vcenter_of(s, resources.get(s, one)))
    return estate.read(lambda session: image_turns.ahead(session, one, vcenter))


def test_a_turn_is_held_until_its_end(estate: Estate) -> None:
    one = image(estate, "one")
    take(estate, one)
    assert held(estate, one) == BUILD
    estate.write(lambda session: image_turns.end(session, one, OTHER))
    assert held(estate, one) == BUILD
    estate.write(lambda session: image_turns.end(session, one, ME))
    assert held(estate, one) is None


def test_a_turn_that_nobody_keeps_lapses(estate: Estate, clock: Clock) -> None:
    one = image(estate, "one")
    take(estate, one)
    clock.passes(LAPSE.total_seconds() - 1)
    assert estate.write(lambda session: image_turns.keep(session, one, ME))
    clock.passes(LAPSE.total_seconds() - 1)
    assert held(estate, one) == BUILD
    clock.passes(1)
    assert held(estate, one) is None
    take(estate, one, holder=OTHER)
    assert not estate.write(lambda session: image_turns.keep(session, one, ME))


def test_builds_under_way_and_those_that_asked_first_go_ahead(estate: Estate, clock: Clock) -> None:
    first, second, third = (image(estate, name) for name in ("first", "second", "third"))
    take(estate, first)
    for one in (second, third):
        clock.passes(1)
        wait(estate, one)
    assert (ahead(estate, second), ahead(estate, third)) == (1, 2)
    clock.passes(5)
    assert (wait(estate, second), take(estate, third)) == (6, 5)


def test_only_builds_count(estate: Estate) -> None:
    first, second = image(estate, "first"), image(estate, "second")
    take(estate, first, task="copy")
    assert ahead(estate, second) == 0


@pytest.mark.parametrize("same", [True, False])
def test_builds_of_others_at_the_same_vcenter_count(estate: Estate, same: bool) -> None:
    theirs = image(estate, "theirs", *elsewhere(estate, same=same))
    take(estate, theirs)
    assert ahead(estate, image(estate, "ours")) == (1 if same else 0)
