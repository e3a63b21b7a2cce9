"""What HAProxy is told of a document."""

from typing import Any

import pytest

from provisioner.edge.layout import HAPROXY
from tests.edge.documents import altered, document, member, pool, server, service
from tests.edge.rendering import configured, rendered, section


def lines(head: str, body: dict[str, Any], member: str = "m1", **more: Any) -> list[str]:
    return section(rendered(HAPROXY, body, member, **more), head)


def servers(found: list[str]) -> dict[str, str]:
    """Each server's line by its name."""
    return {line.split()[1]: line for line in found if line.startswith("server ")}


def standing_by(found: list[str]) -> set[str]:
    return {name for name, line in servers(found).items() if "backup" in line.split()}


@pytest.mark.parametrize(
    ("own", "others"), [("m1", {"west1", "west2"}), ("m2", {"east1", "east2"})]
)
def test_servers_of_other_sites_stand_by_and_then_all_serve(own: str, others: set[str]) -> None:
    for backend in ("backend web1.servers", "backend web2.servers"):
        found = lines(backend, document(), own)
        assert standing_by(found) == others
        assert "option allbackups" in found


def test_pools_without_a_site_of_the_member_serve_at_once() -> None:
    far = document(services=[service(pools=[pool(2)])])
    assert standing_by(lines("backend web1.servers", far)) == set()
    pools = [pool(2), pool(1, site=None)]
    homeless = document(members=[member(1, site=None), member(2)], services=[service(pools=pools)])
    assert standing_by(lines("backend web1.servers", homeless)) == set()


def test_services_answer_at_their_vip_alone() -> None:
    binds = [
        line.strip()
        for line in rendered(HAPROXY, document()).splitlines()
        if line.strip().startswith("bind ")
    ]
    assert binds == [
        "bind 127.0.0.1:8405",
        "bind 10.1.0.11:8404",
        "bind 10.2.0.101:443",
        "bind 10.2.0.102:443",
    ]


def test_checks_are_asked_as_the_document_says() -> None:
    [line] = [
        one
        for name, one in servers(lines("backend web1.servers", document())).items()
        if name == "east1"
    ]
    assert "check inter 30s fastinter 2s downinter 5s rise 3 fall 3" in line
    assert "check-ssl verify none" in line
    assert "ssl-hello-chk" not in rendered(HAPROXY, document())


def test_http_checks() -> None:
    check = {"type": "http", "path": "/up", "host": "www.example.com", "status": 204, "tls": True}
    found = lines(
        "backend web1.servers", document(services=[service(pools=[pool(1, check=check)])])
    )
    assert "http-check send meth GET uri /up ver HTTP/1.1 hdr Host www.example.com" in found
    assert "http-check expect status 204" in found
    assert "check-ssl verify none check-sni www.example.com" in servers(found)["east1"]


def test_a_check_finds_the_port_of_a_server_that_has_none() -> None:
    portless = pool(1, servers=[server("a", 1, 1, port=None)])
    found = lines("backend web1.servers", document(services=[service(pools=[portless])]))
    assert servers(found)["a"].startswith("server a 10.3.0.101 weight")
    assert " port 443 " in servers(found)["a"]


def test_rules_lead_to_pools_of_their_own() -> None:
    ruled = service(
        ports=[80, 8080],
        mode="http",
        rules=[{"pools": ["west"], "pathPrefix": "/api", "port": 8080}],
    )
    found = lines("frontend web1", document(services=[ruled]))
    port = "{ dst_port 8080 }"
    rule = f"{port} {{ path /api }} or {port} {{ path_beg /api/ }}"
    assert f"use_backend web1.rule1 if {rule}" in found
    assert "default_backend web1.servers" in found
    assert set(servers(lines("backend web1.servers", document(services=[ruled])))) == {
        "east1",
        "east2",
    }


def test_ports_that_move_together() -> None:
    pools = [pool(1, servers=[server(name, 1, at, port=None) for at, name in enumerate("ab", 1)])]
    told = {"ports": [443, 389], "moveTogether": True, "pools": pools}
    found = lines("backend web1.servers", document(services=[service(**told)]), "m2")
    assert "option allbackups" not in found
    assert "tcp-check connect port 443 ssl" in found
    assert "tcp-check connect port 389" in found
    assert standing_by(found) == {"b"}
    repointed = document(services=[service(**told, active="b")])
    assert standing_by(lines("backend web1.servers", repointed)) == {"a"}


def test_servers_taken_out_are_so_everywhere() -> None:
    states = {"east1": "drain", "west1": "maintenance"}
    for own in ("m1", "m2"):
        for backend in ("backend web1.servers", "backend web2.servers"):
            found = servers(lines(backend, document(), own, states=states))
            assert " weight 0 " in found["east1"]
            assert found["west1"].endswith(" disabled")
            assert " weight 100 " in found["east2"]


def test_no_stats_page_without_passwords() -> None:
    text = rendered(HAPROXY, altered("stats", None))
    assert "stats enable" not in text
    assert "userlist" not in text


def test_revisions_are_one_for_both_and_change_with_either() -> None:
    before, again = configured(document()), configured(document())
    assert before == again
    assert before["m1"].revision == before["m2"].revision
    for change in (altered("members.1.networks.frontend.address", "10.2.0.20/24"),):
        after = configured(change)
        assert after["m1"].revision == after["m2"].revision != before["m1"].revision


def test_nothing_that_is_told_is_a_secret() -> None:
    plain = configured(document(vrrp={"version": 2, "auth": "PASS"}))["m1"]
    assert plain.secrets() == {"@VRRP_KEY@", "@STATS_ADMIN_HASH@", "@STATS_VIEWER_HASH@"}
    assert configured(altered("stats", None))["m1"].secrets() == set()
    with pytest.raises(KeyError):
        plain.filled({})


def test_one_port_that_moves_is_asked_where_its_servers_have_it() -> None:
    one = pool(1, servers=[server("s1", 1, 1, port=8443), server("s2", 1, 2, port=8443)])
    found = lines(
        "backend web1.servers", document(services=[service(1, pools=[one], moveTogether=True)])
    )
    assert not any(line.startswith("tcp-check") for line in found)
    assert "10.3.0.101:8443" in servers(found)["s1"]
    assert "check-ssl" in servers(found)["s1"]
    assert standing_by(found) == {"s2"}
