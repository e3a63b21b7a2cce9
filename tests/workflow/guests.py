"""What the VMs' insides do: report an address, ask for their turn, say that they are ready.

Addresses go by vCenter, as VMware Tools would; the rest is stamped as the node API does it.
"""

from collections.abc import Callable

from provisioner.domain.nodes import Phase
from provisioner.store import nodes, resources, visits
from provisioner.store.tables import Node
from tests.workflow.plain_document import CORE, PLAIN
from tests.workflow.plain_kind import ANSWER
from tests.workflow.site import Site

# Ours alone: what asks there must reach nobody else.
NETWORK = "127.77.201"

Says = Callable[[Node], bool]


def always(_: Node) -> bool:
    return True


def never(_: Node) -> bool:
    return False


class Guests:
    """`has_address` and `gets_ready` decide who is healthy; without `hints` nobody is told.

    `says`: what a node makes of a configuration that its VM carries; None: nothing.

    `move` is one step of everybody.
    """

    def __init__(self, site: Site, resource_id: str, kind: str = PLAIN, core: str = CORE) -> None:
        self._site, self._resource, self._kind, self._core = site, resource_id, kind, core
        self._told: set[str] = set()
        self._said: dict[str, str] = {}
        self.says: Callable[[Node], str | None] = lambda node: node.configuration
        self.has_address: Says = always
        self.gets_ready: Says = always
        self.hints = True

    def move(self) -> None:
        with self._site.database.read() as session:
            found = nodes.of_resource(session, self._resource)
        booted = [n for n in found if n.phase == Phase.CREATING and n.powered_on_at and n.moref]
        for node in booted:
            if not node.address:
                self._report_address(node)
            elif not node.reported_ready_at:
                self._advance(node)
        for node in found:
            self._answer(node)

    def _answer(self, node: Node) -> None:
        told = node.moref and node.configured_at and node.phase in (Phase.CREATING, Phase.READY)
        said = self.says(node) if told and not node.lost else None
        if said and node.moref and self._said.get(node.id) != said:
            self._said[node.id] = said
            self._site.inspector_at(node.vcenter_id).set_extra_config(node.moref, {ANSWER: said})

    def _report_address(self, node: Node) -> None:
        if self.has_address(node) and node.moref and node.id not in self._told:
            self._told.add(node.id)
            planned, _, _ = (node.nics[0]["address"] or "").partition("/")
            inspector = self._site.inspector_at(node.vcenter_id)
            inspector.report_address(node.moref, planned or f"{NETWORK}.{len(self._told)}")

    def _advance(self, node: Node) -> None:
        if node.leading_at or node.join_token_at:
            if self.gets_ready(node):
                self.report_ready(node)
        elif not node.join_requested_at:
            self._lead_or_follow(node)

    def report_ready(self, node: Node) -> None:
        with self._site.database.write() as session:
            visits.report_ready(session, nodes.get(session, node.id))
        if self.hints:
            self._site.gateway.poke_admission(self._kind, self._resource)

    def _lead_or_follow(self, node: Node) -> None:
        with self._site.database.write() as session:
            resources.lock(session, self._resource)
            row = nodes.get(session, node.id)
            nodes.stamp(row, "contacted_at")
            core = [n for n in nodes.of_resource(session, self._resource) if n.group == self._core]
            begun = any(one.phase == Phase.READY for one in core)
            if row in core and not begun and not any(one.leading_at for one in core):
                nodes.stamp(row, "leading_at")
            if not begun:
                return
            visits.request_join(session, row)
        if self.hints:
            self._site.gateway.poke(self._kind, self._resource)
