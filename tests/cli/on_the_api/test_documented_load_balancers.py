"""The load balancers that the documentation shows can be asked for as they stand there."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from provisioner.domain.ids import new_uuid
from provisioner.domain.virtual_machines import InventoryObject, WatchBatch
from provisioner.store import inventory
from provisioner.store.tables import VCenter
from tests.api.load_balancing import STATS
from tests.api.served import Api
from tests.cli.conftest import Pkectl
from tests.edge.profiles import CLUSTER, PROFILES

ROOT = "/{}/vm/edge"


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_accepted(api: Api, pkectl: Pkectl, profile: dict[str, Any]) -> None:
    make(api, pkectl, profile)
    assert profile["name"] in pkectl("lb", "list").out


def test_a_cluster_takes_its_address_of_the_pair_it_names(api: Api, pkectl: Pkectl) -> None:
    make(api, pkectl, PROFILES["api-edge"])
    ran = pkectl("cluster", "create", "-f", "-", stdin=yaml.safe_dump(CLUSTER))
    assert ran.code == 0, ran.err
    shown = pkectl("cluster", "get", "prod").out
    assert "https://prod.k8s.example.com:6443" in shown
    assert "api-edge" in shown
    spec = yaml.safe_load(pkectl("cluster", "get", "prod", "--spec").out)
    assert spec["endpoint"]["vip"] == "10.20.0.100"
    assert "prod" in pkectl("lb", "get", "api-edge").out
    refused = pkectl("lb", "delete", "api-edge", "--yes")
    assert (refused.code, "prod" in refused.err) == (1, True)


def make(api: Api, pkectl: Pkectl, profile: dict[str, Any]) -> None:
    register_vcenters(api, profile)
    if "stats" in profile:
        secret = STATS | {"name": profile["stats"]["secret"]}
        assert api.client("operator").post("/secrets", json=secret).status_code == 201
    ran = pkectl("lb", "create", "-f", "-", stdin=yaml.safe_dump(profile))
    assert ran.code == 0, ran.err


def register_vcenters(api: Api, profile: dict[str, Any]) -> None:
    """With all that the profile's members name."""
    members = defaultdict(list)
    for member in profile["members"]:
        members[member["vcenter"]].append(member)
    for name, some in members.items():
        row = vcenter(api, name, some[0]["placement"]["datacenter"])
        with api.database.write() as session:
            session.add(row)
            session.flush()
            batch = WatchBatch(full=True, objects=tuple(objects(some)))
            inventory.apply(session, row, batch)


def vcenter(api: Api, name: str, datacenter: str) -> VCenter:
    return VCenter(
        id=new_uuid(),
        org_id=api.organisation(),
        name=name,
        host=f"{name}.example",
        thumbprint="AB" * 32,
        root_folder=ROOT.format(datacenter),
        secret_path=f"vcenters/{name}",
        instance_uuid=new_uuid(),
        state="connected",
    )


def objects(members: list[dict[str, Any]]) -> Iterator[InventoryObject]:
    found: dict[str, InventoryObject] = {}
    for member in members:
        for kind, path, parent in paths(member):
            if path not in found:
                found[path] = InventoryObject(
                    moref=f"{kind}-{len(found)}",
                    type=kind,
                    name=path.rpartition("/")[2],
                    path=path,
                    parent=found[parent].moref if parent else None,
                    is_template=kind == "VirtualMachine",
                    disk_gib=20 if kind == "VirtualMachine" else None,
                )
    yield from found.values()


def paths(member: dict[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """Types and paths of all that a member names, each with its parent's path."""
    placement = member["placement"]
    top = f"/{placement['datacenter']}"
    compute = f"{top}/host/{placement['cluster']}"
    yield "Datacenter", top, None
    yield "Folder", f"{top}/vm", top
    yield "Folder", ROOT.format(placement["datacenter"]), f"{top}/vm"
    yield "ClusterComputeResource", compute, top
    yield "ResourcePool", f"{compute}/Resources", compute
    yield "Datastore", f"{top}/datastore/{placement['datastore']}", top
    for template in (member["template"], CLUSTER["controlPlane"]["template"]):
        yield "VirtualMachine", f"{top}/vm/{template}", f"{top}/vm"
    for nic in member["networks"].values():
        yield "DistributedVirtualPortgroup", f"{top}/network/{nic['network']}", top
