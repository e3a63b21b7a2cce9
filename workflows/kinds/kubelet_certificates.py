"""Kubelets' serving certificates: approved for nodes and addresses of ours, for no others."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain
from time import monotonic

from sqlalchemy.orm import Session

from provisioner.domain.conditions import Condition
from provisioner.domain.machines import NicPlan
from provisioner.domain.node_addresses import may_be_a_nodes, reserved
from provisioner.domain.nodes import Phase
from provisioner.domain.virtual_machines import NicSeen
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.kubernetes.serving_requests import refusal
from provisioner.store import clusters, inventory, leases, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node
from workflows.kinds.cluster_care import Subject

CONDITION = "KubeletCertificates"
# Nodes of a large pool become ready close together, and one look serves them all.
_REST_SECONDS = 5.0
_SHOWN = 5


class KubeletCertificates:
    def __init__(self, database: Database) -> None:
        self._database = database
        self._rested: defaultdict[str, float] = defaultdict(float)

    def approve_soon(self, resource_id: str, api: KubernetesApi) -> None:
        """Unless somebody did just now; the rest is left to regular care."""
        if self._rested[resource_id] <= monotonic():
            self._rested[resource_id] = monotonic() + _REST_SECONDS
            self._approve(resource_id, api)

    def look(self, subject: Subject) -> Iterable[Condition]:
        if held := self._approve(subject.resource_id, subject.api):
            told = "; ".join(held[:_SHOWN])
            more = f"; and {len(held) - _SHOWN} more" if len(held) > _SHOWN else ""
            message = f"not approved, so decide by `kubectl certificate`: {told}{more}"
            yield Condition(type=CONDITION, status="False", reason="RequestsHeld", message=message)
        else:
            yield Condition(type=CONDITION, status="True", reason="NonePending")

    def _approve(self, resource_id: str, api: KubernetesApi) -> list[str]:
        """Those it left as they are, with why."""
        requests = api.serving_requests()
        if not requests:
            return []
        with self._database.read() as session:
            known = known_addresses(session, resource_id)
            past = nodes.departed(session, resource_id, {one.node for one in requests})
        held = []
        for request in requests:
            if request.node in past:
                continue  # Nobody waits for it, and Kubernetes forgets it.
            if reason := refusal(request, known):
                held.append(f"{request.name} of {request.username}: {reason}")
            else:
                api.approve_serving_request(request.name)
        return held


def known_addresses(session: Session, resource_id: str) -> Mapping[str, set[str]]:
    """Of nodes that are to be members, by name: as planned, and by DHCP as the watch has seen.

    What a guest tells of itself counts for as little as possible: none of these becomes its own by
    that: a floating address, another node's, one that can't be a node's.
    """
    rows = nodes.of_resource(session, resource_id)
    members = [node for node in rows if node.phase in (Phase.CREATING, Phase.READY)]
    planned = {node.id: _planned(node) for node in rows}
    # By DHCP, what is on record is the guest's word, too.
    claimed = {
        node.id: planned[node.id] | ({node.address} if node.address else set()) for node in rows
    }
    claims = Counter(chain.from_iterable(claimed.values()))
    seen = inventory.nics(session, [node.instance_uuid for node in members])
    vips = leases.vips_of(session, resource_id)
    spec = clusters.spec_of(session, resources.get(session, resource_id))
    others = reserved(spec)

    def told(node: Node) -> set[str]:
        own = claimed[node.id]
        addresses = (_leased(node, seen.get(node.instance_uuid, ())) | own) - vips
        return {
            address
            for address in addresses
            if claims[address] == (address in own) and may_be_a_nodes(address, others)
        }

    return {node.name: planned[node.id] | told(node) for node in members}


def _planned(node: Node) -> set[str]:
    nics = [NicPlan.model_validate(nic) for nic in node.nics]
    return {nic.address.partition("/")[0] for nic in nics if nic.address}


def _leased(node: Node, seen: Iterable[NicSeen]) -> set[str]:
    """What the NICs have that were made for DHCP. Of others, such as a CNI's, nothing counts."""
    nics = [NicPlan.model_validate(nic) for nic in node.nics]
    by_dhcp = {nic.mac.lower() for nic in nics if not nic.address}
    return {address for nic in seen if nic.mac.lower() in by_dhcp for address in nic.addresses}
