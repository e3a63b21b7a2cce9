"""Changes of pairs that run, on the whole stack: members that go and come, services that move."""

from collections.abc import Callable

import pytest

from tests.e2e.test_load_balancers import PATIENCE, Pair, pair

__all__ = ["pair"]


@pytest.mark.timeout(2 * PATIENCE)
def test_a_member_goes_and_another_one_comes(pair: Callable[..., Pair]) -> None:
    edge = pair("turned")
    spec, before = edge.shown()["spec"], edge.members()
    edge.comes(lambda: edge.holders() == ["m1"])
    edge.do("PATCH", "", {"members": [{"name": "m2"}]})
    assert list(edge.members()) == ["m2"]
    edge.comes(lambda: edge.holders() == ["m2"])
    successor = spec["members"][0] | {"name": "m3"}
    edge.do("PATCH", "", {"members": [{"name": "m2"}, successor]})
    after = edge.members()
    assert after["m2"]["name"] == before["m2"]["name"]
    # Where it stands is seen by the watch, which may be later than its own word that it serves.
    edge.comes(lambda: edge.members()["m3"]["address"] == before["m1"]["address"])
    edge.comes(lambda: all(one["inSync"] for one in edge.shown()["observed"]["members"]))
    assert edge.holders() == ["m2"]


@pytest.mark.timeout(2 * PATIENCE)
def test_members_that_run_are_told_of_other_services(pair: Callable[..., Pair]) -> None:
    edge = pair("served")
    before = edge.members()
    [service] = edge.shown()["spec"]["services"]
    more = service | {"name": "more", "ports": [8443]}
    edge.do("PATCH", "", {"services": [service | {"moveTogether": True}, more]})
    edge.do("POST", "/services/web/actions/repoint")
    wanted = {(one, f"served-{at}") for one in ("web", "more") for at in (1, 2)}
    edge.comes(lambda: services_and_servers(edge) == wanted)
    assert [one["active"] for one in edge.shown()["repoints"]] == ["served-2"]
    assert {one["name"] for one in edge.members().values()} == {
        one["name"] for one in before.values()
    }


def services_and_servers(pair: Pair) -> set[tuple[str, str]]:
    return {(one["service"], one["name"]) for one in pair.shown()["observed"]["servers"]}
