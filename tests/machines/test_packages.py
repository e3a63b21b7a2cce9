"""A master whose template carries no Kubernetes: apt brings all of it at first boot, for real.

It has a second NIC besides, on a network of its own.
"""

from typing import Any

from lab.guestos import signing
from lab.service import Service
from lab.story.document import cluster_document
from lab.story.templates import PLAIN
from tests.machines.world import CREATION_SECONDS, Cluster, World, soon

NAME = "plain"
SERVER = "http://10.77.0.1"


def document() -> dict[str, Any]:
    found = cluster_document(NAME, masters=1, workers=0)
    found["controlPlane"]["template"] = found["nodePools"][0]["template"] = PLAIN
    found["controlPlane"]["addresses"]["ranges"] = ["10.77.0.40-10.77.0.44"]
    found["endpoint"]["vip"] = "10.77.0.102"
    found["placement"]["networks"].append({"name": "storage-net"})
    packages = {
        "repository": f"{SERVER}/core:/stable:/v{{minor}}/deb/",
        "mirror": f"{SERVER}/debian/",
        "key": (signing.ensure_key() / signing.PUBLIC).read_text(),
    }
    bootstrap = {"install": "packages", "packages": packages}
    return found | {"bootstrap": bootstrap, "loadBalancerRanges": []}


def test_a_plain_template_becomes_a_master(world: World) -> None:
    with Service(world.facts) as service:
        world.ensure_registered(service)
        service.succeeded(service.create(document()), CREATION_SECONDS)
        cluster = Cluster(world, service.text(f"/clusters/{NAME}/kubeconfig"))
        [master] = [one for one in world.machines() if one.name.startswith(f"{NAME}-")]
        assert soon(lambda: cluster.ready_nodes() == {master.name})
        networks = {address.rpartition(".")[0] for address in master.addresses}
        assert networks == {"10.77.0", "10.78.0"}
        assert master.run("ip", "route", "show", "default").startswith("default via 10.77.0.1 ")
        installed = master.run("dpkg-query", "--show", "kubeadm", "kubelet", "containerd")
        assert f"kubeadm\t{document()['kubernetes']['version']}-" in installed
        held = master.run("apt-mark", "showhold").split()
        assert {"kubeadm", "kubelet", "containerd"} <= set(held)
        service.succeeded(service.delete(NAME), CREATION_SECONDS)
