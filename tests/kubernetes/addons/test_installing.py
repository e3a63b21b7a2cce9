"""What is put in, kept, and taken out again."""

import pytest

from lab.guests.kubernetes.resources import (
    DAEMON_SETS,
    DEFINITIONS,
    DEPLOYMENTS,
    NAMESPACES,
    Resource,
)
from provisioner.domain.add_ons import CNI, LOAD_BALANCER
from provisioner.kubernetes.addons.model import AddOn
from provisioner.kubernetes.errors import AddOnMissing
from tests.kubernetes.addons import rendered

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)
POOLS = Resource("metallb.io", "v1beta1", "ipaddresspools", "IPAddressPool", namespaced=True)
STATUSES = Resource("metallb.io", "v1beta1", "servicel2statuses", "ServiceL2Status", True)


def config(name: str, api_version: str = "v1", kind: str = "ConfigMap"):
    return {
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {"name": name, "namespace": "default"},
    }


def names(cluster) -> set[str]:
    return {one["metadata"]["name"] for one in cluster.objects.list(CONFIG_MAPS, "default")}


def test_what_an_add_on_has_no_more_goes_and_the_rest_stays(api, cluster):
    cluster.objects.create(CONFIG_MAPS, "default", {"metadata": {"name": "theirs"}})
    api.apply_add_on(AddOn("x", "x", "1", (config("a"), config("b"))))
    api.apply_add_on(AddOn("x", "x", "2", (config("b"), config("c"))))
    assert names(cluster) == {"theirs", "b", "c"}


def test_what_says_now_that_its_namespace_is_default_stays(api, cluster):
    unsaid = config("a")
    del unsaid["metadata"]["namespace"]
    api.apply_add_on(AddOn("x", "x", "1", (unsaid,)))
    api.apply_add_on(AddOn("x", "x", "2", (config("a"),)))
    assert names(cluster) == {"a"}


def test_pools_that_users_made_outlive_the_load_balancer(api, cluster):
    api.apply_add_on(rendered.load_balancer())
    made_by_user = {"metadata": {"name": "mine"}, "spec": {"addresses": ["10.9.0.0/24"]}}
    cluster.objects.create(POOLS, "metallb-system", made_by_user)
    api.remove_add_on(LOAD_BALANCER)
    assert [one["metadata"]["name"] for one in cluster.objects.list(POOLS)] == ["mine"]
    assert cluster.objects.list(DEFINITIONS) == [
        cluster.objects.get(DEFINITIONS, "", "ipaddresspools.metallb.io")
    ]
    assert "speaker" not in {one["metadata"]["name"] for one in cluster.objects.list(DAEMON_SETS)}


def test_what_speakers_noted_down_goes_with_them(api, cluster):
    api.apply_add_on(rendered.load_balancer())
    owners = [{"kind": "Pod", "name": "speaker-x"}]
    noted = {"metadata": {"name": "l2-x", "ownerReferences": owners}}
    cluster.objects.create(STATUSES, "metallb-system", noted)
    api.remove_add_on(LOAD_BALANCER)
    assert cluster.objects.list(DEFINITIONS) == []
    assert "metallb-system" not in {
        one["metadata"]["name"] for one in cluster.objects.list(NAMESPACES)
    }


def test_what_has_no_pods_is_missed_too(api, cluster):
    api.apply_add_on(rendered.load_balancer())
    cluster.objects.delete(POOLS, "metallb-system", "default")
    assert "IPAddressPool metallb-system/default is gone" in (
        api.installed_add_on(LOAD_BALANCER).problems
    )


def test_what_others_have_taken_over_is_not_removed(api, cluster):
    api.apply_add_on(AddOn("x", "x", "1", (config("a"), config("b"))))
    cluster.objects.delete(CONFIG_MAPS, "default", "a")
    cluster.objects.create(CONFIG_MAPS, "default", {"metadata": {"name": "a"}})
    api.remove_add_on("x")
    assert names(cluster) == {"a"}


def test_what_was_begun_is_found_again(impatient, cluster):
    """Half of it is there when the cluster refuses the rest."""
    unknown = config("z", "example.com/v1", "Unknown")
    with pytest.raises(AddOnMissing):
        impatient.apply(AddOn("x", "x", "1", (config("a"), unknown)))
    assert names(cluster) == {"a"}
    impatient.remove("x")
    assert names(cluster) == set()


def test_one_add_on_does_not_touch_another(api, cluster):
    api.apply_add_on(AddOn("x", "x", "1", (config("a"),)))
    api.apply_add_on(AddOn("y", "y", "1", (config("b"),)))
    api.remove_add_on("y")
    assert names(cluster) == {"a"}
    assert api.installed_add_on("x").objects == 1


def test_a_namespace_takes_with_it_what_was_in_it(api, cluster):
    api.apply_add_on(rendered.cni())
    api.remove_add_on(CNI)
    left = {one["metadata"]["name"] for one in cluster.objects.list(NAMESPACES)}
    assert left == {"default", "kube-system"}
    assert [one["metadata"]["name"] for one in cluster.objects.list(DAEMON_SETS)] == ["kube-proxy"]


def test_kubeadms_own_are_told_by_their_images(api, cluster):
    assert api.installed_add_on("dns").version == "v1.13.1"
    assert api.installed_add_on("proxy").version == cluster.version
    cluster.objects.delete(DEPLOYMENTS, "kube-system", "coredns")
    assert api.installed_add_on("dns") is None
