import pytest

from lab.guests.kubernetes import resources
from lab.guests.kubernetes.resources import ADDRESS_POOLS, L2_ADVERTISEMENTS
from provisioner.kubernetes.errors import AddOnMissing

RANGES = ["10.0.0.150-10.0.0.180", "10.0.1.0/28"]


def found(cluster) -> list[dict]:
    return cluster.objects.list(ADDRESS_POOLS) + cluster.objects.list(L2_ADVERTISEMENTS)


def test_ranges_become_a_pool_and_its_advertisement(api, cluster):
    api.apply_load_balancer_ranges(RANGES)
    pool, advertisement = found(cluster)
    assert pool["kind"] == "IPAddressPool"
    assert pool["spec"] == {"addresses": RANGES}
    assert advertisement["kind"] == "L2Advertisement"
    assert advertisement["spec"] == {"ipAddressPools": ["default"]}
    for each in (pool, advertisement):
        assert each["metadata"]["namespace"] == "metallb-system"
        assert each["metadata"]["name"] == "default"


def test_a_single_address_becomes_a_range(api, cluster):
    api.apply_load_balancer_ranges(["10.0.0.150", *RANGES])
    assert found(cluster)[0]["spec"]["addresses"] == ["10.0.0.150/32", *RANGES]


def test_applying_twice_is_applying_once(api, cluster):
    api.apply_load_balancer_ranges(RANGES)
    before = found(cluster)
    api.apply_load_balancer_ranges(RANGES)
    assert found(cluster) == before


def test_ranges_are_replaced_not_added_to(api, cluster):
    api.apply_load_balancer_ranges(RANGES)
    api.apply_load_balancer_ranges(RANGES[1:])
    assert found(cluster)[0]["spec"]["addresses"] == RANGES[1:]


def test_labels_of_others_stay(api, cluster):
    api.apply_load_balancer_ranges(RANGES)
    labelled = {"labels": {"team": "network"}}
    cluster.objects.change(
        ADDRESS_POOLS,
        "metallb-system",
        "default",
        lambda pool: pool | {"metadata": pool["metadata"] | labelled},
    )
    api.apply_load_balancer_ranges(RANGES[:1])
    assert found(cluster)[0]["metadata"]["labels"] == {"team": "network"}


def test_no_ranges_remove_both_and_may_be_repeated(api, cluster):
    api.apply_load_balancer_ranges(RANGES)
    api.apply_load_balancer_ranges([])
    api.apply_load_balancer_ranges([])
    assert found(cluster) == []


def test_a_cluster_without_metallb_says_so(api, monkeypatch):
    served = tuple(each for each in resources.RESOURCES if each.group != "metallb.io")
    monkeypatch.setattr(resources, "RESOURCES", served)
    with pytest.raises(AddOnMissing, match="MetalLB") as missing:
        api.apply_load_balancer_ranges(RANGES)
    assert missing.value.transient
    api.apply_load_balancer_ranges([])
