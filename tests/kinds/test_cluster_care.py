"""Regular care of a cluster: what it tells, and which kubelets it lets serve."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest

from lab.guests.kubernetes.signing import decided, request_serving_certificate
from lab.guests.kubernetes_api import InMemoryCluster
from provisioner.domain.conditions import Condition
from provisioner.domain.errors import ProvisionerError
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.virtual_machines import NicSeen, VMSeen, WatchBatch
from provisioner.store import leases
from provisioner.store.tables import Node
from provisioner.vault.vault import Vault
from tests.etcd.ring import loopback
from tests.kinds.kubernetes import serving
from tests.store.estate import Estate
from workflows.kinds import node_health
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_care import REACHABLE, Check, ClusterCare, Subject
from workflows.kinds.kubelet_certificates import CONDITION, KubeletCertificates


class Ailing(ProvisionerError):
    pass


@dataclass
class Patient:
    estate: Estate
    resource: str
    vip: str
    cluster: InMemoryCluster
    access: ClusterAccess

    @property
    def certificates(self) -> KubeletCertificates:
        return KubeletCertificates(self.estate.database)

    def care(self, *checks: Check) -> dict[str, Condition]:
        found = ClusterCare(self.estate.database, self.access, checks).look(self.resource)
        return {one.type: one for one in found}

    def look_at_certificates(self) -> Condition:
        return self.care(Check(CONDITION, self.certificates.look))[CONDITION]

    def ask(self, node: str, *addresses: str) -> str:
        """The user it asks as."""
        request_serving_certificate(self.cluster.objects, node, addresses)
        return f"system:node:{node}"

    def decided(self) -> dict[str, list[str]]:
        return decided(self.cluster.objects)

    def worker(self, address: str) -> Node:
        node = next(n for n in self.estate.nodes(self.resource, "pool1") if n.address is None)
        self.estate.set(node, address=address)
        return node

    def saw(self, node: Node, *addresses: str, mac: str | None = None) -> None:
        """On its first NIC, unless another one is named."""
        vm = VMSeen(
            moref=f"vm-{node.name}",
            instance_uuid=node.instance_uuid,
            name=node.name,
            folder="group-1",
            power_state="poweredOn",
            nics=(NicSeen(mac=mac or node.nics[0]["mac"], addresses=addresses),),
        )
        self.estate.watch(WatchBatch(vms=(vm,)))


@pytest.fixture
def patient(estate: Estate, vault: Vault) -> Iterator[Patient]:
    vip = loopback()
    resource = estate.cluster(endpoint={"vip": vip})
    vault.ensure_cluster_authorities(ResourceId(resource), "c1")
    estate.settle(resource)
    holder = leases.Holder(resource)
    estate.write(lambda session: leases.take(session, leases.VIP, "a network", vip, holder))
    with serving(vault, resource, vip) as cluster:
        access = ClusterAccess(estate.database, vault)
        yield Patient(estate, resource, vip, cluster, access)
        access.forget(resource)


def test_a_member_that_kubernetes_hears_nothing_of_is_told(patient: Patient) -> None:
    first, second = patient.estate.nodes(patient.resource, "pool1")[:2]
    check = Check(node_health.CONDITION, node_health.look)
    patient.cluster.add_node(first.name)
    patient.cluster.add_node("somebody-elses", ready=False)
    assert patient.care(check)[node_health.CONDITION].status == "True"
    patient.cluster.add_node(second.name, ready=False)
    found = patient.care(check)[node_health.CONDITION]
    assert (found.status, found.reason) == ("False", "NotReady")
    assert second.name in found.message
    assert first.name not in found.message


def test_nodes_of_ours_get_to_serve_under_their_addresses(patient: Patient) -> None:
    node = patient.worker("10.0.0.21")
    user = patient.ask(node.name, "10.0.0.21")
    assert patient.look_at_certificates().status == "True"
    assert patient.decided() == {user: ["Approved"]}


def test_others_stay_undecided_and_are_told_of(patient: Patient) -> None:
    node, other = patient.worker("10.0.0.21"), patient.worker("10.0.0.22")
    held = [patient.ask(node.name, "10.0.0.21", "10.0.0.22"), patient.ask("rogue", "10.0.0.9")]
    fine = patient.ask(other.name, "10.0.0.22")
    found = patient.look_at_certificates()
    assert (found.status, found.reason) == ("False", "RequestsHeld")
    assert "10.0.0.22, which is not the node's" in found.message
    assert "rogue is no node of ours" in found.message
    assert patient.decided() == {user: [] for user in held} | {fine: ["Approved"]}


def test_what_the_watch_saw_counts_but_not_what_is_anothers(patient: Patient) -> None:
    """A guest tells its addresses itself: it could claim anything."""
    node, _ = patient.worker("10.0.0.21"), patient.worker("10.0.0.22")
    patient.saw(node, "10.0.0.21", "10.9.0.4", "10.0.0.22", patient.vip)
    patient.ask(node.name, "10.0.0.21", "10.9.0.4")
    assert patient.look_at_certificates().status == "True"
    for claimed in ("10.0.0.22", patient.vip):
        patient.cluster.objects.delete_where(lambda kind, _: kind.plural.startswith("certificate"))
        patient.ask(node.name, "10.0.0.21", claimed)
        assert claimed in patient.look_at_certificates().message


@pytest.mark.parametrize(
    "claimed", ["10.96.0.1", "10.244.3.1", "10.0.0.205", "127.0.0.1", "169.254.0.9", "::1"]
)
def test_addresses_that_are_no_nodes_are_not_believed(patient: Patient, claimed: str) -> None:
    """Any guest can put them on its NIC, and would serve for the API by the cluster's authority."""
    patient.estate.change(patient.resource, loadBalancerRanges=["10.0.0.200-10.0.0.219"])
    node = patient.worker("10.0.0.21")
    patient.saw(node, "10.0.0.21", claimed)
    patient.ask(node.name, "10.0.0.21", claimed)
    assert claimed in patient.look_at_certificates().message


def test_addresses_of_nics_that_we_did_not_make_are_not_believed(patient: Patient) -> None:
    node = patient.worker("10.0.0.21")
    patient.saw(node, "10.9.0.4", mac="02:42:00:00:00:01")
    patient.ask(node.name, "10.0.0.21", "10.9.0.4")
    assert "10.9.0.4" in patient.look_at_certificates().message


def test_of_a_static_nic_the_plan_alone_counts(patient: Patient) -> None:
    node = patient.worker("10.0.0.21")
    static = node.nics[0] | {"address": "10.0.0.21/24"}
    patient.estate.set(node, nics=[static])
    patient.saw(node, "10.0.0.21", "10.9.0.4")
    patient.ask(node.name, "10.0.0.21", "10.9.0.4")
    assert "10.9.0.4" in patient.look_at_certificates().message


@pytest.mark.parametrize("phase", [Phase.REMOVING, Phase.GONE])
def test_a_node_that_leaves_gets_nothing_and_leaves_nothing_to_decide(
    patient: Patient, phase: Phase
) -> None:
    """Kubernetes itself forgets requests nobody decides."""
    node = patient.worker("10.0.0.21")
    patient.estate.set(node, phase=phase)
    user = patient.ask(node.name, "10.0.0.21")
    found = patient.look_at_certificates()
    assert (found.status, found.reason) == ("True", "NonePending")
    assert patient.decided() == {user: []}


def test_many_that_become_ready_together_cost_one_look(patient: Patient) -> None:
    certificates, api = patient.certificates, patient.access.api(patient.resource)
    for _ in range(20):
        certificates.approve_soon(patient.resource, api)
    assert patient.cluster.requests["GET certificatesigningrequests"] == 1


def test_a_check_that_fails_is_told_and_the_others_go_on(patient: Patient) -> None:
    def fails(_: Subject) -> Iterable[Condition]:
        raise Ailing("the thing can't be seen; look at it")

    def well(_: Subject) -> Iterable[Condition]:
        yield Condition(type="OtherHealthy", status="True")

    found = patient.care(Check("ThingHealthy", fails), Check("OtherHealthy", well))
    assert found[REACHABLE].message == patient.cluster.version
    unknown = found["ThingHealthy"]
    assert (unknown.status, unknown.reason) == ("Unknown", "Ailing")
    assert "look at it" in unknown.message
    assert found["OtherHealthy"].status == "True"


def test_who_does_not_answer_is_asked_once(estate: Estate, vault: Vault) -> None:
    resource = estate.cluster(endpoint={"vip": loopback()})
    vault.ensure_cluster_authorities(ResourceId(resource), "c1")
    asked = []

    def note(subject: Subject) -> Iterable[Condition]:
        asked.append(subject.resource_id)
        return ()

    checks = (Check("NeedsApi", note), Check("NeedsNone", note, needs_api=False))
    access = ClusterAccess(estate.database, vault)
    [only] = ClusterCare(estate.database, access, checks).look(resource)
    assert (only.type, only.status, only.reason) == (REACHABLE, "False", "NoAnswer")
    assert asked == [resource]
    access.forget(resource)
