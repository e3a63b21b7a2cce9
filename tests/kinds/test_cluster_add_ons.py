"""A cluster's add-ons, from its document to its API and back into the database."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from lab.guests.kubernetes.certificates import Authority, server_certificate
from lab.guests.kubernetes.resources import DAEMON_SETS, SECRETS, Resource
from lab.guests.kubernetes_api import InMemoryCluster, ServerTls, serve
from provisioner.domain.add_ons import CLOUD_PROVIDER, CNI, LOAD_BALANCER, STORAGE_DRIVER
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.kubernetes.errors import AddOnImpossible, ManifestRefused
from provisioner.settings import Settings
from provisioner.store import add_ons, clusters, resources
from provisioner.store.database import Database
from provisioner.store.tables import Secret
from provisioner.store.types import utc_now
from provisioner.vault.layout import secret_path
from provisioner.vault.vault import Vault
from tests.store.estate import Estate
from tests.unit.documents import cluster_document
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_add_ons import ClusterAddOns

SECRET = "5b7b4a5e-0000-4000-8000-00000000000a"
ADDRESS = "127.66.77.88"
CONFIG_MAPS = Resource("", "v1", "configmaps", "ConfigMap", namespaced=True)
RANGES = ["10.0.0.200-10.0.0.219"]
ACCOUNT = {"server": "vc.example.com", "username": "csi@vsphere.local", "password": 'p"w'}
MANIFEST = b"""
apiVersion: v1
kind: ConfigMap
metadata: {name: calico-config, namespace: kube-system}
data: {since: 2026-01-01}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: calico-node, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: calico-node}}
  template:
    metadata: {labels: {k8s-app: calico-node}}
    spec: {containers: [{name: node, image: "docker.io/calico/node:v3.31.2"}]}
"""


@dataclass
class World:
    estate: Estate
    vault: Vault
    settings: Settings
    database: Database
    cluster: InMemoryCluster
    access: ClusterAccess
    resource: str = ""

    @property
    def add_ons(self) -> ClusterAddOns:
        return ClusterAddOns(self.database, self.vault, self.access, self.settings)

    def made(self, cni: str = "flannel", **document: Any) -> None:
        kubernetes = {"version": "1.35.4", "cni": cni}
        endpoint = {"mode": "external", "vip": ADDRESS}
        self.resource = self.estate.cluster(kubernetes=kubernetes, endpoint=endpoint, **document)
        self.vault.ensure_cluster_authorities(ResourceId(self.resource), "c1")

    def bring(self, *names: str) -> None:
        with self.serving():
            for name in names:
                self.add_ons.bring_up_to_date(self.resource, name)

    def look(self) -> dict[str, Any]:
        with self.database.read() as session:
            spec = clusters.spec_of(session, resources.get(session, self.resource))
        with self.serving():
            api = self.access.api(self.resource)
            return {one.type: one for one in self.add_ons.look(self.resource, spec, api)}

    @contextmanager
    def serving(self) -> Iterator[None]:
        given = self.vault.cluster_certificates(ResourceId(self.resource)).authority("kubernetes")
        authority = Authority(given.certificate, given.private_key.get_secret_value())
        pair = server_certificate(authority, [ADDRESS])
        tls = ServerTls(pair.certificate, pair.private_key, authority.certificate)
        server = serve(self.cluster, ADDRESS, API_PORT, tls)
        try:
            yield
        finally:
            self.access.forget(self.resource)
            server.close()

    def store_account(self) -> None:
        def add(session: Any) -> str:
            row = Secret(
                id=SECRET,
                org_id=self.estate.org,
                name="csi",
                type="vsphere",
                secret_path=secret_path(SECRET),
                created_by="alice",
                stored_at=utc_now(),
            )
            session.add(row)
            return row.secret_path

        path = self.estate.write(add)
        values = {key: SecretStr(value) for key, value in ACCOUNT.items()}
        self.vault.write_secret(path, values)

    def seen(self) -> dict[str, Any]:
        with self.database.read() as session:
            return add_ons.of_resource(session, self.resource)

    def daemon_sets(self) -> dict[str, dict[str, Any]]:
        found = self.cluster.objects.list(DAEMON_SETS)
        return {one["metadata"]["name"]: one for one in found}

    def secret(self, name: str) -> dict[str, str]:
        [found] = [
            one for one in self.cluster.objects.list(SECRETS) if one["metadata"]["name"] == name
        ]
        return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}


@pytest.fixture
def world(estate: Estate, database: Database, vault: Vault, tmp_path: Path) -> World:
    settings = Settings(add_on_manifests=tmp_path)
    access = ClusterAccess(database, vault)
    return World(estate, vault, settings, database, InMemoryCluster("v1.35.4"), access)


def test_flannel_reaches_the_api_by_the_clusters_endpoint(world: World) -> None:
    world.made(imageRegistry="registry.example.com:5000/mirror")
    world.bring(CNI)
    pod = world.daemon_sets()["flannel"]["spec"]["template"]["spec"]
    [daemon] = pod["containers"]
    assert {"name": "KUBERNETES_SERVICE_HOST", "value": ADDRESS} in daemon["env"]
    images = [one["image"] for one in pod["initContainers"] + pod["containers"]]
    prefix = "registry.example.com:5000/mirror/flannel-io/"
    assert all(image.startswith(prefix) for image in images)
    assert world.seen()[CNI].objects == 6


def test_a_manifest_of_the_operator_is_applied_with_its_images_rewritten(world: World) -> None:
    (Path(world.settings.add_on_manifests or "") / "calico.yaml").write_bytes(MANIFEST)
    digest = hashlib.sha256(MANIFEST).hexdigest()
    manifest = {"file": "calico.yaml", "sha256": digest}
    world.made("calico", addOns={"cniManifest": manifest}, imageRegistry="mirror:5000")
    world.bring(CNI)
    [container] = world.daemon_sets()["calico-node"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "mirror:5000/calico/node:v3.31.2"
    assert world.cluster.objects.get(CONFIG_MAPS, "kube-system", "calico-config")["data"] == {
        "since": "2026-01-01"
    }
    row = world.seen()[CNI]
    assert (row.program, row.version) == ("calico", f"sha256:{digest[:12]}")


def test_a_manifest_that_is_another_one_is_not_applied(world: World) -> None:
    (Path(world.settings.add_on_manifests or "") / "calico.yaml").write_bytes(MANIFEST + b"#")
    manifest = {"file": "calico.yaml", "sha256": hashlib.sha256(MANIFEST).hexdigest()}
    world.made("calico", addOns={"cniManifest": manifest})
    with pytest.raises(ManifestRefused, match="nothing of it was applied") as refused:
        world.bring(CNI)
    assert not refused.value.transient
    assert "calico-node" not in world.daemon_sets()


def test_the_storages_own_account_and_no_other_gets_into_the_cluster(world: World) -> None:
    world.store_account()
    world.made(storage={"secret": "csi", "policy": "gold"})
    world.bring(CLOUD_PROVIDER, STORAGE_DRIVER)
    logins = world.secret("vsphere-cloud-secret")
    assert logins == {
        "vc.example.com.username": ACCOUNT["username"],
        "vc.example.com.password": ACCOUNT["password"],
    }
    config = world.secret("vsphere-config-secret")["csi-vsphere.conf"]
    assert 'password = "p\\"w"' in config
    assert 'insecure-flag = "false"' in config
    assert f'cluster-id = "{world.resource}"' in config


def test_the_floating_address_is_no_nodes(world: World) -> None:
    world.store_account()
    world.made(storage={"secret": "csi"})
    world.bring(CLOUD_PROVIDER)
    found = world.cluster.objects.get(CONFIG_MAPS, "kube-system", "vsphere-cloud-config")
    nodes = yaml.safe_load(found["data"]["vsphere.conf"])["nodes"]
    assert nodes == {
        "excludeInternalNetworkSubnetCidr": f"{ADDRESS}/32",
        "excludeExternalNetworkSubnetCidr": f"{ADDRESS}/32",
    }


def test_a_secret_that_became_another_kind_is_named(world: World) -> None:
    world.store_account()
    world.made(storage={"secret": "csi"})

    def change(session: Any) -> None:
        session.query(Secret).one().type = "registry"

    world.estate.write(change)
    with pytest.raises(AddOnImpossible, match="csi is of type registry"):
        world.bring(CLOUD_PROVIDER)


def test_what_is_switched_off_goes(world: World) -> None:
    world.made(loadBalancerRanges=RANGES)
    world.bring(LOAD_BALANCER)
    assert "speaker" in world.daemon_sets()
    world.estate.change(world.resource, addOns={"loadBalancer": {"enabled": False}})
    world.bring(LOAD_BALANCER)
    assert "speaker" not in world.daemon_sets()
    assert LOAD_BALANCER not in world.seen()


@pytest.mark.parametrize("schedulable", [True, False])
def test_addresses_are_announced_by_masters_that_carry_workloads(
    world: World, schedulable: bool
) -> None:
    """kubeadm labels every master as excluded from load balancers."""
    control_plane = {**cluster_document()["controlPlane"], "schedulable": schedulable}
    world.made(loadBalancerRanges=RANGES, controlPlane=control_plane)
    world.bring(LOAD_BALANCER)
    [speaker] = world.daemon_sets()["speaker"]["spec"]["template"]["spec"]["containers"]
    assert ("--ignore-exclude-lb" in speaker["args"]) is schedulable


def test_health_is_told_of_all_that_should_be_there(world: World) -> None:
    world.made(loadBalancerRanges=RANGES)
    world.cluster.add_node("master-1", [ADDRESS])
    world.bring(CNI)
    found = world.look()
    assert {kind: (one.status, one.reason) for kind, one in found.items()} == {
        "AddOnHealthy/cni": ("True", "Healthy"),
        "AddOnHealthy/load-balancer": ("False", "Missing"),
        "AddOnHealthy/dns": ("True", "Healthy"),
        "AddOnHealthy/proxy": ("True", "Healthy"),
    }
    assert found["AddOnHealthy/proxy"].message == "kube-proxy v1.35.4"


def test_pods_that_are_not_there_are_counted(world: World) -> None:
    world.made()
    world.cluster.add_node("master-1", [ADDRESS])
    world.bring(CNI)
    status = {"desiredNumberScheduled": 1, "numberAvailable": 0}
    world.cluster.objects.change(
        DAEMON_SETS, "kube-flannel", "flannel", lambda found: found | {"status": status}
    )
    condition = world.look()["AddOnHealthy/cni"]
    assert condition.status == "False"
    assert condition.message == "DaemonSet kube-flannel/flannel: 0 of 1 pods available"
    assert world.seen()[CNI].problems == [condition.message]
