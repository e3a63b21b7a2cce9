"""The profiles that the documentation shows are documents that work, and do what it says."""

from typing import Any

import pytest

from provisioner.domain.cluster_endpoints import Backing, endpoint_of, followed_groups
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.edge.layout import HAPROXY
from provisioner.edge.records import address_records
from tests.edge.checking import Checker
from tests.edge.profiles import CLUSTER, DEMO, PAGE, PROFILES
from tests.edge.rendering import VALUES, configured, read_spec, rendered, section
from tests.net.machines import needs_root

VIP = "10.20.0.100"


def backend(profile: str, service: str, member: str) -> list[str]:
    return section(rendered(HAPROXY, PROFILES[profile], member), f"backend {service}.servers")


def serving(lines: list[str]) -> set[str]:
    """Servers that wait for no other to fail."""
    servers = [line.split() for line in lines if line.startswith("server ")]
    return {words[1] for words in servers if "backup" not in words}


def test_there_is_one_for_each_use() -> None:
    assert list(PROFILES) == ["api-edge", "ingress", "horizon", "psc"]


@needs_root
@pytest.mark.parametrize("body", [*PROFILES.values(), DEMO], ids=[*PROFILES, "demo"])
def test_it_is_sound_and_runs(checker: Checker, body: dict[str, Any]) -> None:
    for configuration in configured(body).values():
        assert checker.objections(configuration) == {}


@needs_root
def test_a_clusters_endpoint_on_the_first_of_them_runs(checker: Checker) -> None:
    spec = ClusterSpec.model_validate(CLUSTER | {"endpoint": CLUSTER["endpoint"] | {"vip": VIP}})
    nodes = (
        Backing(f"prod-{group}-{number}", group, Phase.READY, f"10.20.1.{number}")
        for number, group in enumerate(followed_groups(spec), 1)
    )
    endpoint = endpoint_of(spec, nodes)
    for configuration in configured(PROFILES["api-edge"], endpoints=(endpoint,)).values():
        text = configuration.filled(VALUES)[HAPROXY]
        assert "server prod-control-plane-1 10.20.1.1:6443 " in text
        assert "bind 10.20.0.100:443" in section(text, "frontend cluster:prod:web")
        assert checker.objections(configuration) == {}


@pytest.mark.parametrize("site", ["east", "west"])
@pytest.mark.parametrize("service", ["https-east", "https-west"])
def test_each_site_serves_both_vips_by_its_own_cluster(site: str, service: str) -> None:
    found = backend("ingress", service, site)
    assert serving(found) == {f"{site}-1", f"{site}-2"}
    assert "option allbackups" in found


def test_the_records_of_both_sites_are_those_that_the_page_shows() -> None:
    records = address_records(read_spec(PROFILES["ingress"]))
    assert len(records) == 2
    assert "\n".join(records) in PAGE


@pytest.mark.parametrize("service", ["horizon", "appvolumes"])
def test_desktops_are_asked_by_tls_keep_their_server_and_are_sent_to_https(service: str) -> None:
    found = backend("horizon", service, "m1")
    assert "balance source" in found
    assert all("check-ssl" in line for line in found if line.startswith("server "))
    text = rendered(HAPROXY, PROFILES["horizon"])
    assert "http-request redirect scheme https code 301" in section(
        text, f"frontend {service}.redirect"
    )


def test_a_controllers_ports_are_asked_together_and_led_to_one() -> None:
    found = backend("psc", "psc", "m1")
    assert serving(found) == {"psc1"}
    asked = [line.split()[3] for line in found if line.startswith("tcp-check connect port")]
    assert asked == ["443", "389", "636", "2012", "2014", "2020"]
