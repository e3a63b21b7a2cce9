"""Who may ask a member for what."""

from provisioner.domain.load_balancers import ClusterEndpoint
from provisioner.edge.layout import FIREWALL, KEEPALIVED
from tests.edge.documents import document, member, pool, service, vip
from tests.edge.rendering import rendered


def accepted(body: dict[str, object], own: str = "m1", **more: object) -> list[str]:
    text = rendered(FIREWALL, body, own, **more)
    return [line.strip() for line in text.splitlines() if line.endswith("accept")]


def test_the_firewall_opens_what_is_asked_for_and_nothing_else() -> None:
    assert accepted(document(services=[service(redirectHttp=True)])) == [
        'iifname "lo" accept',
        "ct state established,related accept",
        "icmp type echo-request accept",
        'iifname "ens160" ip saddr { 10.9.0.0/24 } ip daddr 10.1.0.11 tcp dport 22 accept',
        'iifname "ens160" ip saddr { 10.8.0.5/32, 10.9.0.0/24 } ip daddr 10.1.0.11 '
        "tcp dport 8404 accept",
        'iifname "ens192" ip saddr 10.2.0.12 ip protocol 112 accept',
        'iifname "ens192" ip daddr 10.2.0.101 tcp dport { 443, 80 } accept',
    ]


def test_nobody_is_let_in_who_is_not_listed() -> None:
    closed = accepted(document(firewall={}, services=[]))
    assert not [line for line in closed if "dport" in line]


def test_an_authentication_header_is_a_protocol_of_its_own() -> None:
    found = accepted(document(vrrp={"version": 2, "auth": "AH"}))
    assert 'iifname "ens192" ip saddr 10.2.0.12 ip protocol 51 accept' in found


def test_one_member_has_no_peers() -> None:
    alone = document(members=[member(1)], vips=[vip(1)], services=[service(pools=[pool(1)])])
    assert "unicast" not in rendered(KEEPALIVED, alone)
    assert not [line for line in accepted(alone) if "protocol" in line]


def test_a_clusters_endpoint_has_its_port() -> None:
    endpoints = (ClusterEndpoint(cluster="c1", address="10.2.0.200"),)
    opened = 'iifname "ens192" ip daddr 10.2.0.200 tcp dport { 6443 } accept'
    assert opened in accepted(document(), endpoints=endpoints)
