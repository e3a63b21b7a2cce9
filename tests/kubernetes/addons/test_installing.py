"""What is put in, kept, and taken out again."""

import pytest

from lab.guests.kubernetes.resources import DAEMON_SETS, DEPLOYMENTS, NAMESPACES, Resource
from provisioner.domain.add_ons import CNI
from provisioner.kubernetes.addons.model import AddOn
from provisioner.kubernetes.errors import AddOnMissing
from tests.kubernetes.addons import rendered

CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)


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
