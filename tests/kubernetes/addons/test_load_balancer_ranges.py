import pytest

from lab.guests.kubernetes.resources import Resource
from provisioner.domain.add_ons import LOAD_BALANCER, METALLB
from provisioner.kubernetes.addons import metallb
from provisioner.kubernetes.addons.model import AddOn
from provisioner.kubernetes.errors import AddOnMissing

RANGES = ["10.0.0.150-10.0.0.180", "10.0.1.0/28"]
POOLS = Resource("metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool", True)
ADVERTISEMENTS = Resource("metallb.io", "v1beta1", "l2advertisements", "L2Advertisement", True)


def rendered(*ranges: str) -> AddOn:
    objects = metallb.objects(ranges, METALLB, by_masters=False)
    return AddOn(LOAD_BALANCER, "metallb", METALLB, objects)


def found(cluster) -> list[dict]:
    return cluster.objects.list(POOLS) + cluster.objects.list(ADVERTISEMENTS)


def test_ranges_become_a_pool_and_its_advertisement(api, cluster):
    api.apply_add_on(rendered(*RANGES))
    pool, advertisement = found(cluster)
    assert pool["spec"] == {"addresses": RANGES}
    assert advertisement["spec"] == {"ipAddressPools": [pool["metadata"]["name"]]}
    assert {one["metadata"]["namespace"] for one in (pool, advertisement)} == {"metallb-system"}


def test_a_single_address_becomes_a_range(api, cluster):
    api.apply_add_on(rendered("10.0.0.150", *RANGES))
    assert found(cluster)[0]["spec"]["addresses"] == ["10.0.0.150/32", *RANGES]


def test_applying_twice_is_applying_once(api, cluster):
    api.apply_add_on(rendered(*RANGES))
    before = found(cluster)
    api.apply_add_on(rendered(*RANGES))
    assert found(cluster) == before


def test_ranges_are_replaced_not_added_to(api, cluster):
    api.apply_add_on(rendered(*RANGES))
    api.apply_add_on(rendered(*RANGES[1:]))
    assert found(cluster)[0]["spec"]["addresses"] == RANGES[1:]


def test_labels_of_others_stay(api, cluster):
    api.apply_add_on(rendered(*RANGES))
    labelled = {"labels": {"team": "network"}}
    cluster.objects.change(
        POOLS,
        "metallb-system",
        "default",
        lambda pool: pool | {"metadata": pool["metadata"] | labelled},
    )
    api.apply_add_on(rendered(*RANGES[:1]))
    assert found(cluster)[0]["metadata"]["labels"]["team"] == "network"


def test_removal_leaves_nothing_and_may_be_repeated(api, cluster):
    api.apply_add_on(rendered(*RANGES))
    api.remove_add_on(LOAD_BALANCER)
    api.remove_add_on(LOAD_BALANCER)
    assert found(cluster) == []
    assert api.installed_add_on(LOAD_BALANCER) is None


def test_objects_of_a_kind_that_nobody_defines_wait(impatient):
    with pytest.raises(AddOnMissing, match="IPAddressPool") as missing:
        impatient.apply(AddOn("x", "x", "1", metallb.pool(RANGES)))
    assert missing.value.transient
