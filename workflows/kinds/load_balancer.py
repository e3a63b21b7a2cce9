"""The kind `load-balancer`: what its members get, and what they are told when it changes."""

import secrets
from collections.abc import Mapping
from datetime import datetime

from pydantic import SecretStr
from sqlalchemy.orm import Session

from provisioner.bootstrap import load_balancer as bootstrap
from provisioner.domain.conditions import Condition
from provisioner.domain.ids import ResourceId
from provisioner.domain.load_balancers import RELEASE, SECRETS, LoadBalancerDocument
from provisioner.domain.machines import NicPlan
from provisioner.domain.nodes import Phase
from provisioner.edge import health
from provisioner.edge.configuration import Configuration as MemberConfiguration
from provisioner.edge.reports import of_pair, reported
from provisioner.edge.status import MemberStatus
from provisioner.node_access import service_access
from provisioner.settings import Settings
from provisioner.store import (
    care,
    leases,
    load_balancer_leases,
    load_balancers,
    member_statuses,
    nodes,
    resources,
)
from provisioner.store.database import Database
from provisioner.store.tables import Node, Resource
from provisioner.store.types import utc_now
from provisioner.vault.layout import vrrp_path
from provisioner.vault.vault import Vault
from workflows.kinds import channel_answers
from workflows.kinds.interface import Answer, Configuration, Farewell, Unwanted
from workflows.kinds.node_identity import identity

# keepalived takes no more of a password.
_KEY_CHARACTERS = 8
# keepalived reloads, is not heard for three adverts and a part of one, and the peer takes over.
_RELOAD_SECONDS, _SUCCESSION_ADVERTS = 1.0, 4


class LoadBalancerKind:
    """Members know nothing of each other but their addresses, which stay: nobody joins or leaves.

    One that goes is told to give its VIPs up first, and the other takes them.
    """

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database, self._vault, self._settings = database, vault, settings

    def extra_config(self, node_id: str) -> dict[str, str]:
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
            document, rendered = _rendered(session, resource)
        own = identity(self._vault, resource, node)
        access = service_access(self._settings)
        return bootstrap.render(document, node.group, rendered[node.group], own, access)

    def admit(self, node_id: str) -> None:
        """That its services run is what it reported."""

    def retire(self, node_id: str, until: datetime, unwanted: Unwanted) -> str | None:
        return None

    def farewell(self, node_id: str) -> Farewell | None:
        """While another member can take its VIPs, and hears it. As it was known before it was to
        go: it keeps what the other one has not got yet.
        """
        with self._database.read() as session:
            node = nodes.get(session, node_id)
            resource = resources.get(session, node.resource_id)
            document = load_balancers.last_document_with(session, resource, node.group)
            if document is None or not _can_hand_over(session, resource, node):
                return None
            if node.group not in leases.vrids_by_group(session, resource.id):
                return None
            ids = load_balancer_leases.leased_router_ids(session, resource.id, document)
        wanted = bootstrap.leaving(document, node.group, ids)
        adverts = _SUCCESSION_ADVERTS * document.vrrp.interval_seconds
        return Farewell(_told(document, node, wanted), _RELOAD_SECONDS + adverts)

    def end_membership(self, node_id: str) -> None:
        """Nothing is decided by majority."""

    def forget(self, session: Session, node: Node) -> None:
        member_statuses.forget(session, node.id)

    def bury(self, node_id: str, unwanted: Unwanted) -> None:
        """Its successor has its addresses."""

    def clean_up(self, node_id: str) -> None:
        """It had no secret of its own."""

    def run_task(self, resource_id: str, task: str) -> None:
        {SECRETS: self._ensure_key, RELEASE: self._release}[task](resource_id)

    def configurations(self, resource_id: str) -> Mapping[str, Configuration]:
        with self._database.read() as session:
            resource = resources.get(session, resource_id)
            document, rendered = _rendered(session, resource)
            known = {member.name for member in document.members}
            members = [
                node for node in nodes.of_resource(session, resource_id) if node.group in known
            ]
        return {node.id: _told(document, node, rendered[node.group]) for node in members}

    def answer(self, guest_info: Mapping[str, str]) -> Answer | None:
        return channel_answers.answer(guest_info)

    def care(self, resource_id: str) -> tuple[Condition, ...]:
        with self._database.read() as session:
            document = load_balancers.document_of(session, resources.get(session, resource_id))
            members = member_statuses.statuses_of(session, resource_id)
        return health.conditions(document, members, utc_now())

    def hear(self, told: Mapping[str, Mapping[str, str]]) -> None:
        """What can't be read is no report: the member is silent."""
        found = {node: status for node, info in told.items() if (status := reported(info))}
        with self._database.read() as session:
            news = member_statuses.news(session, found)
        # Each by itself: who is heard at another vCenter meanwhile locks the same pairs.
        for node_id, status in news.items():
            with self._database.write() as session:
                _note(session, node_id, status)

    def _ensure_key(self, resource_id: str) -> None:
        """Of the present version; those before are nobody's who is still to be made."""
        with self._database.read() as session:
            resource = resources.get(session, resource_id)
            version = load_balancers.document_of(session, resource).key_version
        key = SecretStr(secrets.token_hex(_KEY_CHARACTERS // 2))
        self._vault.ensure_secret(vrrp_path(ResourceId(resource_id), version), {"key": key})
        # This task may never have run for some of them.
        for former in range(1, version):
            self._vault.delete_secret(vrrp_path(ResourceId(resource_id), former))

    def _release(self, resource_id: str) -> None:
        self._vault.remove_cluster(ResourceId(resource_id))
        with self._database.write() as session:
            leases.free_of_resource(session, resource_id)


def _can_hand_over(session: Session, resource: Resource, node: Node) -> bool:
    if resource.deletion_requested_at or node.ready_at is None or node.lost:
        return False
    others = (one for one in nodes.of_resource(session, resource.id) if one.group != node.group)
    return any(nodes.facts(one).serves for one in others)


def _note(session: Session, node_id: str, status: MemberStatus) -> None:
    resource, node = nodes.locked(session, node_id)
    if node.phase != Phase.READY or resource.deletion_requested_at:
        return
    document = load_balancers.document_of(session, resource)
    # Who stays may carry VIPs of one that leaves.
    kept = of_pair(status, load_balancers.with_leaving(session, resource, document))
    if member_statuses.note(session, node_id, status, kept, utc_now()):
        care.soon(resource, utc_now())


def _rendered(
    session: Session, resource: Resource
) -> tuple[LoadBalancerDocument, Mapping[str, MemberConfiguration]]:
    document = load_balancers.document_of(session, resource)
    present = load_balancers.with_leaving(session, resource, document)
    router_ids = load_balancer_leases.leased_router_ids(session, resource.id, present)
    return document, bootstrap.rendered(present, router_ids)


def _told(document: LoadBalancerDocument, node: Node, wanted: MemberConfiguration) -> Configuration:
    macs = [NicPlan.model_validate(nic).mac for nic in node.nics]
    values = bootstrap.told(document, node.group, wanted, macs)
    return Configuration(wanted.revision, values)
