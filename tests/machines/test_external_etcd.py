"""Two masters that keep their data in an etcd cluster of VMs: all of it real."""

from pathlib import Path
from typing import Any

import yaml

from lab import story
from lab.service import Service
from lab.story.document import cluster_document
from lab.waiting import wait_until
from tests.machines.world import CREATION_SECONDS, Cluster, Machine, World, soon

ETCD, TWINS = "shared", "twins"
PKI = "--cacert /etc/etcd/pki/ca.crt --cert /etc/etcd/pki/member.crt --key /etc/etcd/pki/member.key"


def etcd_document() -> dict[str, Any]:
    file = Path(story.__file__).with_name("etcd.yaml")
    document: dict[str, Any] = yaml.safe_load(file.read_text())
    return document


def twins_document() -> dict[str, Any]:
    document = cluster_document(TWINS, masters=2, workers=0)
    document["controlPlane"]["externalEtcd"] = {"etcdCluster": ETCD}
    document["controlPlane"]["addresses"]["ranges"] = ["10.77.0.30-10.77.0.39"]
    document["endpoint"]["vip"] = "10.77.0.101"
    return document | {"loadBalancerRanges": []}


def members(world: World) -> list[Machine]:
    return [one for one in world.machines() if one.name.startswith(f"{ETCD}-members-")]


def keys(member: Machine) -> set[str]:
    """The first part of each key."""
    ask = f"etcdctl --endpoints https://{member.addresses[0]}:2379 {PKI} get --prefix / --keys-only"
    found = member.run("sh", "-c", ask).split()
    return {key.split("/")[1] for key in found}


def test_two_masters_outlive_a_member_of_their_etcd(world: World) -> None:
    with Service(world.facts) as service:
        world.ensure_registered(service)
        made = service.ask("POST", "/etcd-clusters", etcd_document())
        service.succeeded(made, CREATION_SECONDS)
        service.succeeded(service.create(twins_document()), CREATION_SECONDS)
        twins = Cluster(world, service.text(f"/clusters/{TWINS}/kubeconfig"))
        masters = {one.name for one in world.machines() if one.name.startswith(f"{TWINS}-")}
        assert soon(lambda: twins.ready_nodes() == masters)
        assert len(masters) == 2
        assert keys(members(world)[0]) == {service.cluster(TWINS)["id"]}

        lost = members(world)[0]
        world.destroy(lost.moref)
        assert twins.ready_nodes() == masters
        assert wait_until(lambda: _is_succeeded(service, lost.name), CREATION_SECONDS)
        assert lost.addresses[0] in {one.addresses[0] for one in members(world)}
        assert twins.ready_nodes() == masters

        service.succeeded(service.delete(TWINS), CREATION_SECONDS)
        assert not keys(members(world)[0])
        service.succeeded(service.ask("DELETE", f"/etcd-clusters/{ETCD}"), CREATION_SECONDS)
        assert soon(lambda: not members(world))


def _is_succeeded(service: Service, lost: str) -> bool:
    found = service.ask("GET", f"/etcd-clusters/{ETCD}/nodes")["items"]
    ready = {one["name"] for one in found if one["phase"] == "ready"}
    return len(ready) == 3 and lost not in ready
