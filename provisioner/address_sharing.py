"""A cluster's floating address, the masters that carry it, and what each of them is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.bootstrap.keepalived import KeepalivedConfig, master_config, render
from provisioner.bootstrap.keepalived_files import told
from provisioner.domain.floating_address import Carrier
from provisioner.domain.machines import NicPlan
from provisioner.store import carriers, clusters
from provisioner.store.tables import Node, Resource


@dataclass(frozen=True)
class AddressSharing:
    vip: str
    router_id: int
    masters: Sequence[Carrier]

    def of(self, node_id: str) -> KeepalivedConfig:
        return master_config(node_id, self.masters, self.vip, self.router_id)

    def known(self) -> set[str]:
        """Ids of the masters whose own address is known."""
        return {master.node_id for master in self.masters if master.address}


def find(session: Session, resource: Resource) -> AddressSharing | None:
    """None when the masters carry no address themselves."""
    spec = clusters.spec_of(session, resource)
    router_id = clusters.vrid(session, resource.id)
    if spec.endpoint.mode != "keepalived" or router_id is None:
        return None
    return AddressSharing(
        str(spec.endpoint.vip), router_id, carriers.carriers(session, resource.id)
    )


def told_to(node: Node, config: KeepalivedConfig) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The NICs and sections of the document that its VM carries."""
    return told(NicPlan.model_validate(node.nics[0]).mac, render(config))
