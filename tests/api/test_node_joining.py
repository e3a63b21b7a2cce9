"""GET bootstrap, GET secrets and GET keepalived beyond the plain way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from provisioner.vault.layout import join_token_path
from tests.api.asking import create
from tests.api.looking import change, look, make_ready, of_group
from tests.api.served import Api
from tests.api.test_node_reports import writes
from tests.api.visiting import Visit
from tests.unit.documents import cluster_document
from workflows.kinds.cluster_members import configurations

TOKEN = "abcdef.0123456789abcdef"
KEEPALIVED = "pke/keepalived?interface=ens192"


@pytest.fixture
def cluster(operator: httpx.Client) -> dict[str, Any]:
    return create(operator)


@pytest.fixture
def rows(api: Api, cluster: dict[str, Any]) -> list[Node]:
    return look(api, cluster)


def test_waiting_writes_once(api: Api, rows: list[Node]) -> None:
    visit = Visit(api, of_group(rows, "pool1")[0])

    def ask() -> None:
        answer = visit.get("bootstrap")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")

    assert writes(api, ask) == 1
    first = change(api, visit.node).join_requested_at
    assert writes(api, ask) == 0
    assert change(api, visit.node).join_requested_at == first


def test_asking_at_once_is_asking_once(api: Api, rows: list[Node]) -> None:
    visits = [Visit(api, of_group(rows, "pool1")[0]) for _ in range(8)]
    with ThreadPoolExecutor(8) as threads:
        count = writes(api, lambda: list(threads.map(lambda one: one.get("bootstrap"), visits)))
    assert count == 1


def test_granted_but_no_token_yet(api: Api, rows: list[Node]) -> None:
    node = change(api, of_group(rows, "pool1")[0], join_granted_at=utc_now())
    assert Visit(api, node).get("bootstrap").status_code == 503
    change(api, node, join_token_at=utc_now())
    api.services.vault.ensure_cluster_authorities(node.resource_id, "c1")
    assert Visit(api, node).get("bootstrap").status_code == 503


@pytest.mark.parametrize("left", [-1, 20])
def test_a_token_that_ends_before_it_can_be_used_is_renewed(
    api: Api, rows: list[Node], left: int
) -> None:
    """Once: its row then waits for another, as at first."""
    node = change(
        api, of_group(rows, "pool1")[0], join_granted_at=utc_now(), join_token_at=utc_now()
    )
    api.services.vault.ensure_cluster_authorities(node.resource_id, "c1")
    store_token(api, node, left)
    visit = Visit(api, node)
    visit.get("bootstrap")
    assert change(api, node).join_token_at is None

    change(api, node, join_token_at=utc_now())
    store_token(api, node, 900)
    answer = visit.get("bootstrap")
    assert (answer.status_code, answer.json()["token"]) == (200, TOKEN)
    assert change(api, node).join_token_at is not None


def test_a_ready_node_needs_no_further_token(api: Api, rows: list[Node]) -> None:
    given = utc_now()
    node = change(api, of_group(rows, "pool1")[0], join_granted_at=given, join_token_at=given)
    visit = Visit(api, node)
    change(api, node, reported_ready_at=utc_now())
    assert visit.get("bootstrap").status_code == 403
    assert change(api, node).join_token_at == given


def store_token(api: Api, node: Node, seconds: int) -> None:
    expires = (utc_now() + timedelta(seconds=seconds)).isoformat()
    secret = {"token": SecretStr(TOKEN), "expires": SecretStr(expires)}
    api.services.vault.write_secret(join_token_path(node.resource_id, node.id), secret)


def test_the_leader_does_not_join(api: Api, rows: list[Node]) -> None:
    visit = Visit(api, of_group(rows, "control-plane")[0])
    visit.claim()
    assert visit.get("bootstrap").status_code == 409
    assert change(api, visit.node).join_requested_at is None


@pytest.mark.parametrize(
    "query",
    [
        "",
        "tags=clusterID:{n}&type=pkecert",
        "tags=clusterID:{n}&type=ssh&values=true",
        "tags=clusterID:1{n}&type=pkecert&values=true",
        "tags=clusterID:1{n}&tags=clusterID:{n}&type=pkecert&values=true",
        "tags=banzai:hidden&type=pkecert&values=true",
    ],
)
def test_only_the_one_question(api: Api, rows: list[Node], query: str) -> None:
    visit = Visit(api, of_group(rows, "control-plane")[0])
    asked = query.format(n=visit.resource.number)
    assert visit.client.get(f"{visit.organisation}/secrets?{asked}").status_code == 403


def test_certificates_not_made_yet(api: Api, rows: list[Node]) -> None:
    """pke asks again."""
    assert Visit(api, of_group(rows, "control-plane")[0]).secrets().status_code == 503


def test_a_slow_master_holds_up_nobody(api: Api, rows: list[Node]) -> None:
    """Whoever claimed leadership is timed from then on: it can't wait for another's clone."""
    masters = of_group(rows, "control-plane")
    leader = Visit(api, masters[0])
    assert leader.get(KEEPALIVED).status_code == 503
    change(api, masters[0], address="10.0.0.20")
    alone = leader.get(KEEPALIVED)
    assert alone.status_code == 200
    assert "unicast_peer" not in alone.text
    change(api, masters[1], address="10.0.0.21")
    assert _peers(leader.get(KEEPALIVED).text) == ["10.0.0.21"]
    assert Visit(api, masters[2]).get(KEEPALIVED).status_code == 503


def test_masters_know_each_other(api: Api, rows: list[Node]) -> None:
    masters = of_group(rows, "control-plane")
    for index, node in enumerate(masters):
        change(api, node, address=f"10.0.0.2{index}")
    answers = [Visit(api, node).get(KEEPALIVED) for node in masters]
    assert {answer.headers["content-type"] for answer in answers} == {"text/plain; charset=utf-8"}
    for index, answer in enumerate(answers):
        check_keepalived(answer.text, f"10.0.0.2{index}")
    priorities = {line for answer in answers for line in _lines(answer.text, "priority")}
    assert len(priorities) == 3


def test_what_a_master_was_told_its_vm_need_not_carry(api: Api, rows: list[Node]) -> None:
    masters = of_group(rows, "control-plane")
    for index, node in enumerate(masters):
        change(api, node, address=f"10.0.0.2{index}")
    visit = Visit(api, masters[0])
    assert writes(api, lambda: visit.get(KEEPALIVED)) == 1
    assert writes(api, lambda: visit.get(KEEPALIVED)) == 0
    wanted = configurations(api.database, masters[0].resource_id)
    assert change(api, masters[0]).configuration == wanted[masters[0].id].revision


def test_a_master_on_its_way_out_is_still_heard(api: Api, rows: list[Node]) -> None:
    masters = of_group(rows, "control-plane")
    for index, node in enumerate(masters):
        change(api, node, address=f"10.0.0.2{index}")
    change(api, masters[2], phase="removing")
    check_keepalived(Visit(api, masters[0]).get(KEEPALIVED).text, "10.0.0.20")
    change(api, masters[2], phase="removing", address=None)
    assert "10.0.0.22" not in Visit(api, masters[0]).get(KEEPALIVED).text


def test_static_addresses_are_known_before_any_machine(api: Api, operator: httpx.Client) -> None:
    addresses = {"ranges": ["10.0.0.20-10.0.0.22"], "prefixLength": 24}
    plane = cluster_document()["controlPlane"] | {"addresses": addresses}
    made = create(operator, cluster_document(name="c2", controlPlane=plane))
    masters = of_group(look(api, made), "control-plane")
    assert not any(node.address for node in masters)
    for node in masters:
        own = node.nics[0]["address"].partition("/")[0]
        check_keepalived(Visit(api, node).get(KEEPALIVED).text, own)


def test_two_clusters_of_a_network_have_router_ids_of_their_own(
    api: Api, operator: httpx.Client, rows: list[Node]
) -> None:
    other = cluster_document(name="c2", endpoint={"vip": "10.0.0.11"})
    found = []
    for nodes in (rows, look(api, create(operator, other))):
        masters = of_group(nodes, "control-plane")
        for index, node in enumerate(masters):
            change(api, node, address=f"10.0.0.2{index}")
        found += _lines(Visit(api, masters[0]).get(KEEPALIVED).text, "virtual_router_id")
    assert found == ["virtual_router_id 1", "virtual_router_id 2"]


def check_keepalived(text: str, own: str) -> None:
    assert _lines(text, "unicast_src_ip") == [f"unicast_src_ip {own}"]
    assert _lines(text, "virtual_router_id") == ["virtual_router_id 1"]
    assert _lines(text, "interface") == ["interface ens192"]
    assert "10.0.0.10/32 dev ens192" in text
    assert sorted([*_peers(text), own]) == ["10.0.0.20", "10.0.0.21", "10.0.0.22"]


def _peers(text: str) -> list[str]:
    return text.split("unicast_peer {")[1].split("}")[0].split()


def _lines(text: str, word: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip().startswith(word + " ")]


def test_priorities_differ_from_those_of_gone_masters(
    api: Api, cluster: dict[str, Any], rows: list[Node]
) -> None:
    """The others keep theirs, so a newcomer gets a fresh one."""
    masters = of_group(make_ready(api, cluster), "control-plane")
    change(api, masters[1], phase="gone")
    alive = of_group(look(api, cluster), "control-plane")
    for index, node in enumerate(alive):
        change(api, node, address=f"10.0.0.2{index}", phase="creating", reported_ready_at=None)
    texts = [Visit(api, node).get(KEEPALIVED).text for node in alive]
    assert sorted(line for text in texts for line in _lines(text, "priority")) in (
        ["priority 143", "priority 180", "priority 254"],
        ["priority 143", "priority 217", "priority 254"],
        ["priority 143", "priority 180", "priority 217"],
    )


@pytest.mark.parametrize("interface", ["", "a b", "x" * 16, "eth0%0Ainclude", "..%2F"])
def test_odd_interfaces(api: Api, rows: list[Node], interface: str) -> None:
    visit = Visit(api, of_group(rows, "control-plane")[0])
    assert visit.get(f"pke/keepalived?interface={interface}").status_code == 422


def test_no_keepalived_for_an_external_balancer(api: Api, operator: httpx.Client) -> None:
    endpoint = {"mode": "external", "dnsName": "k8s.example.com"}
    made = create(operator, cluster_document(name="c2", endpoint=endpoint))
    [master, *_] = of_group(look(api, made), "control-plane")
    assert Visit(api, master).get(KEEPALIVED).status_code == 404


@pytest.mark.parametrize("mode", ["external", "dns"])
def test_a_master_joins_before_its_clusters_name_is_served(
    api: Api, operator: httpx.Client, mode: str
) -> None:
    endpoint = {"mode": mode, "dnsName": "k8s.example.com"}
    made = create(operator, cluster_document(name="c2", endpoint=endpoint))
    rows = look(api, made)
    leader, follower, *_ = of_group(rows, "control-plane")
    change(api, leader, phase="ready", address="10.0.0.20")
    assert joins_at(api, follower) == "10.0.0.20:6443"
    assert joins_at(api, of_group(rows, "pool1")[0]) == "k8s.example.com:6443"


def joins_at(api: Api, node: Node) -> str:
    api.services.vault.ensure_cluster_authorities(node.resource_id, "c2")
    expires = (utc_now() + timedelta(minutes=5)).isoformat()
    secret = {"token": SecretStr("abcdef.0123456789abcdef"), "expires": SecretStr(expires)}
    api.services.vault.write_secret(join_token_path(node.resource_id, node.id), secret)
    granted = change(api, node, join_granted_at=utc_now(), join_token_at=utc_now())
    return str(Visit(api, granted).get("bootstrap").json()["masterAddress"])
