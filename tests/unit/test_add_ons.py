from provisioner.domain import add_ons
from provisioner.domain.add_ons import CLOUD_PROVIDER, CNI, LOAD_BALANCER, STORAGE_DRIVER
from provisioner.domain.spec.cluster import ClusterSpec
from tests.unit.documents import cluster_document

RANGES = ["10.0.0.200-10.0.0.219"]
STORAGE = {"secret": "csi"}


def spec(cni: str = "flannel", **given) -> ClusterSpec:
    kubernetes = {"version": "1.35.0", "cni": cni}
    return ClusterSpec.model_validate(cluster_document(kubernetes=kubernetes, **given))


def wanted(found: ClusterSpec) -> set[str]:
    return {wish.name for wish in add_ons.wishes(found) if not wish.removed}


def key(found: ClusterSpec, name: str) -> str:
    wish = add_ons.wish(found, name)
    assert wish is not None
    return add_ons.key(found, wish)


def test_each_is_wanted_for_what_it_serves():
    assert wanted(spec("none")) == set()
    assert wanted(spec()) == {CNI}
    assert wanted(spec(loadBalancerRanges=RANGES)) == {CNI, LOAD_BALANCER}
    assert wanted(spec(storage=STORAGE)) == {CNI, CLOUD_PROVIDER, STORAGE_DRIVER}


def test_pkes_kubernetes_has_the_cloud_provider_within():
    document = cluster_document(storage=STORAGE, bootstrap={"method": "pke"})
    assert wanted(ClusterSpec.model_validate(document)) == set()


def test_what_is_switched_off_is_to_be_removed():
    off = {"loadBalancer": {"enabled": False}, "storageDriver": {"enabled": False}}
    found = spec(loadBalancerRanges=RANGES, storage=STORAGE, addOns=off)
    assert wanted(found) == {CNI, CLOUD_PROVIDER}
    assert {wish.name for wish in add_ons.wishes(found) if wish.removed} == {
        LOAD_BALANCER,
        STORAGE_DRIVER,
    }


def test_only_what_an_add_on_is_made_of_makes_it_due_again():
    before = spec(loadBalancerRanges=RANGES, storage=STORAGE)
    other = spec(loadBalancerRanges=RANGES[:0], storage=STORAGE)
    assert key(before, LOAD_BALANCER) != key(other, LOAD_BALANCER)
    assert key(before, CNI) == key(other, CNI)
    mirrored = spec(loadBalancerRanges=RANGES, storage=STORAGE, imageRegistry="mirror:5000")
    for name in (CNI, LOAD_BALANCER, CLOUD_PROVIDER, STORAGE_DRIVER):
        assert key(mirrored, name) != key(before, name)


def test_a_new_digest_of_a_manifest_makes_it_due_again():
    keys = {
        key(spec("calico", addOns={"cniManifest": {"file": "c.yaml", "sha256": one * 64}}), CNI)
        for one in "ab"
    }
    assert len(keys) == 2


def test_the_cloud_provider_follows_kubernetes():
    assert add_ons.cloud_provider_version("1.35.4").startswith("v1.35.")
    assert add_ons.cloud_provider_version("1.99.0") == add_ons.cloud_provider_version("1.37.0")
