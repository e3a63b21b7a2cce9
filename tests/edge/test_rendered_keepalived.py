"""Who carries which addresses."""

import re

from provisioner.domain.load_balancers import ClusterEndpoint
from provisioner.edge.layout import KEEPALIVED
from provisioner.edge.records import address_records
from tests.edge.documents import altered, document, vip
from tests.edge.rendering import read_spec, rendered


def instances(text: str) -> dict[str, str]:
    return {
        part.split()[1]: part for part in text.split("\n\n") if part.startswith("vrrp_instance")
    }


def test_each_member_prefers_its_own_vips() -> None:
    for own, other in (("m1", "m2"), ("m2", "m1")):
        found = instances(rendered(KEEPALIVED, document(), own))
        assert "priority 100" in found[own]
        assert "priority 98" in found[other]
        assert "10.2.0.101/32" in found["m1"]
        assert "10.2.0.102/32" in found["m2"]


def test_a_vip_without_preference_is_the_first_members() -> None:
    body = document(vips=[vip(1), {"name": "vip2", "address": "10.2.0.102"}])
    assert "10.2.0.102/32" in instances(rendered(KEEPALIVED, body))["m1"]


def test_adverts_name_nothing_that_changes() -> None:
    """A peer that knows other addresses than an advert names takes them all."""
    advertised = re.compile(r"virtual_ipaddress \{.*?\}", re.DOTALL)
    one, other = (
        advertised.findall(rendered(KEEPALIVED, document(vips=vips, services=[])))
        for vips in ([vip(1)], [vip(1, address="10.2.0.200"), vip(2)])
    )
    assert one == other


def test_adverts_are_unicast_and_failback_is_as_asked() -> None:
    found = instances(rendered(KEEPALIVED, document()))["m1"]
    assert "unicast_src_ip 10.2.0.11" in found
    assert "10.2.0.12" in found
    assert "preempt_delay 10" in found
    stays = instances(rendered(KEEPALIVED, document(failback="manual")))["m1"]
    assert "nopreempt" in stays
    assert "preempt_delay" not in stays


def test_a_vip_needs_the_link_of_its_own_network() -> None:
    body = altered("vips.1", vip(2, address="10.3.0.250", network="workload"))
    found = instances(rendered(KEEPALIVED, body))
    assert "10.3.0.250/32 dev ens224" in found["m2"]
    assert "track_interface {\n        ens224" in found["m2"]
    assert "track_interface" not in found["m1"]


def test_a_clusters_endpoint_has_its_vip() -> None:
    endpoints = (ClusterEndpoint(cluster="c1", address="10.2.0.200", preferred_member="m2"),)
    assert "10.2.0.200/32" in instances(rendered(KEEPALIVED, document(), endpoints=endpoints))["m2"]


def test_vips_of_one_name_are_its_records() -> None:
    vips = [vip(number, dnsName="www.example.com") for number in (1, 2)]
    assert address_records(read_spec(document(vips=vips))) == [
        "www.example.com. 60 IN A 10.2.0.101",
        "www.example.com. 60 IN A 10.2.0.102",
    ]
