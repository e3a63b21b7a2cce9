import hvac
import pytest
from hvac.exceptions import InvalidPath
from pydantic import SecretStr

from provisioner.domain.ids import ResourceId
from provisioner.vault import layout
from provisioner.vault.errors import SecretNotFound


def mounts_of(root: hvac.Client, cluster: ResourceId) -> list[str]:
    return [path for path in root.sys.list_mounted_secrets_engines()["data"] if cluster in path]


def test_nothing_of_a_removed_cluster_is_left(vault, root, cluster):
    vault.write_secret(f"clusters/{cluster}/join/node-1", {"token": SecretStr("a.b")})
    vault.write_secret(f"clusters/{cluster}/deep/er/still", {"x": SecretStr("y")})

    vault.remove_cluster(cluster)

    assert mounts_of(root, cluster) == []
    with pytest.raises(InvalidPath):
        root.secrets.kv.v2.list_secrets(f"clusters/{cluster}", mount_point=layout.KV_MOUNT)
    with pytest.raises(SecretNotFound):
        vault.cluster_certificates(cluster)


def test_removing_twice_or_what_never_was_is_success(vault, cluster, resource_id):
    vault.remove_cluster(cluster)
    vault.remove_cluster(cluster)
    vault.remove_cluster(ResourceId("never-" + resource_id))


def test_half_a_removal_can_be_finished(vault, root, cluster):
    root.sys.disable_secrets_engine(layout.authority_mount(cluster, "etcd"))
    vault.remove_cluster(cluster)
    assert mounts_of(root, cluster) == []


def test_other_clusters_stay(vault, root, cluster):
    other = ResourceId("other-" + cluster)
    vault.ensure_cluster_authorities(other, "other")
    vault.remove_cluster(other)
    assert len(mounts_of(root, cluster)) == len(layout.AUTHORITY_NAMES)
    assert vault.authority(cluster)


def test_a_removed_cluster_can_be_made_again(vault, cluster):
    before = vault.authority(cluster)
    vault.remove_cluster(cluster)
    vault.ensure_cluster_authorities(cluster, "demo")
    assert vault.authority(cluster) != before
