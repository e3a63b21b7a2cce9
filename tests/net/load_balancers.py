"""The two members of a pair on a switch."""

from collections.abc import Callable, Mapping
from typing import Any

from provisioner.bootstrap.channel import Applied
from provisioner.bootstrap.load_balancer import told
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.edge.configuration import Configuration
from provisioner.edge.model import AdminState
from tests.net.load_balancer_member import Member
from tests.net.load_balancer_vm import configured, first_files, hasty, recorded
from tests.net.machines import Switch

Change = Callable[[Configuration], Configuration]


def patient(wanted: Configuration) -> Configuration:
    """VIPs return when they do in reality."""
    return wanted


class Pair:
    """Needs root. `net` parts the addresses of pairs that share a switch."""

    def __init__(
        self,
        switch: Switch,
        body: Mapping[str, Any],
        router_id: int,
        net: int = 0,
        failing_back: Change = hasty,
    ) -> None:
        self.switch, self.body, self.router_id = switch, body, router_id
        self.failing_back = failing_back
        self.members = [Member(one["name"], f"lb{net}{one['name']}") for one in body["members"]]
        self._macs = {}
        for number, (member, one) in enumerate(zip(self.members, body["members"], strict=True)):
            mac = self._macs[member.name] = f"00:50:56:01:{net:02d}:{number:02d}"
            switch.plug_in(member, member.port, mac, [_address(one)])

    def start(self) -> None:
        document = recorded(self.body)
        for member in self.members:
            wanted, macs = self.wanted(member, document), [self._macs[member.name]]
            member.receive(first_files(document, wanted, member.name, macs))
            member.boot()

    def wanted(self, member: Member, document: LoadBalancerDocument) -> Configuration:
        return self.failing_back(configured(document, self.router_id, member.name))

    def tell(
        self,
        member: Member,
        body: Mapping[str, Any] | None = None,
        states: Mapping[str, AdminState] | None = None,
        change: Change | None = None,
    ) -> Applied | None:
        """The configuration for the document given, else for the pair's own; what it reports."""
        document = recorded(body or self.body, states)
        wanted = self.wanted(member, document)
        changed = change(wanted) if change else wanted
        return member.hear(told(document, member.name, changed, [self._macs[member.name]]))

    def holders(self, vip: str) -> list[Member]:
        return [member for member in self.members if vip in member.addresses()]

    def power_off(self) -> None:
        for member in self.members:
            member.power_off()


def _address(member: Mapping[str, Any]) -> str:
    return str(member["networks"]["management"]["address"])
