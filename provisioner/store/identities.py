"""Identity before effect: a node's row, name, instance UUID, MACs and address, then its VM."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.domain.deadlines import Deadlines
from provisioner.domain.ids import new_uuid
from provisioner.domain.inventory import Resolved
from provisioner.domain.machines import NicPlan, network_type, place
from provisioner.domain.naming import node_name
from provisioner.domain.planning.plan import NewNode
from provisioner.domain.spec.placement import AddressPool
from provisioner.domain.wanted import GroupShape
from provisioner.store import leases
from provisioner.store.leases import Holder
from provisioner.store.observing import World
from provisioner.store.placing import network_domain
from provisioner.store.tables import Node


@dataclass(frozen=True)
class Issuer:
    """Makes the rows of one resource's new nodes, in one transaction."""

    session: Session
    world: World
    deadlines: Deadlines

    def issue(self, new: NewNode) -> Node | None:
        """None when the group's addresses ran out meanwhile: the next look tells."""
        resource, where = self.world.resource, self.world.places[new.group]
        shape, vcenter = self.world.wanted.groups[new.group], self.world.vcenters[new.group]
        node = Node(
            id=new_uuid(),
            resource_id=resource.id,
            vcenter_id=vcenter.id,
            group=new.group,
            name=node_name(resource.name, new.group),
            instance_uuid=new_uuid(),
            generation=resource.generation,
            epoch=resource.epoch,
            attempt=new.attempt,
            vintage=self.world.desired.vintage(new.group),
            replaces=new.replaces,
            place=place(where, shape.machine).model_dump(mode="json"),
            token_id=new_uuid(),
            created_at=self.world.observed.now,
            **self._token_times(),
        )
        self.session.add(node)
        self.session.flush()
        nics = self._nics(node, shape, where)
        if nics is None:
            self.session.delete(node)
            return None
        node.nics = [nic.model_dump(mode="json") for nic in nics]
        self._supersede(new)
        return node

    def _token_times(self) -> dict[str, object]:
        now = self.world.observed.now.replace(microsecond=0)
        return {"token_issued_at": now, "token_expires_at": now + self.deadlines.total()}

    def _supersede(self, new: NewNode) -> None:
        older = self.session.get(Node, new.replaces) if new.replaces else None
        if older is not None:
            older.replaced = True

    def _nics(self, node: Node, shape: GroupShape, where: Resolved) -> list[NicPlan] | None:
        holder, vcenter = Holder(node.resource_id, node.id), self.world.vcenters[shape.name]
        nics = []
        for index, network in enumerate(where.networks):
            domain = network_domain(vcenter, where, index)
            static = self._static(shape.pool(index), domain, holder)
            if static is None:
                leases.free_of_node(self.session, node.id)
                return None
            nics.append(
                NicPlan(
                    network=network.moref,
                    network_type=network_type(network.type),
                    mac=leases.take_mac(self.session, domain, holder),
                    **static,
                )
            )
        return nics

    def _static(
        self, pool: AddressPool | None, domain: str, holder: Holder
    ) -> dict[str, object] | None:
        if pool is None:
            return {}
        address = leases.take_address(self.session, domain, pool.ranges, holder)
        if address is None:
            return None
        return {
            "address": f"{address}/{pool.prefix_length}",
            "gateway": pool.gateway,
            "nameservers": pool.nameservers,
            "routes": pool.routes,
        }
