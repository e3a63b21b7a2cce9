"""A cluster's API behind a load balancer: a VIP of the pair's range, and the masters."""

from ipaddress import IPv4Address

from pydantic import Field

from provisioner.domain.spec.load_balancer import Vip as WantedVip
from provisioner.domain.spec.load_balancer_services import Check, Timeouts
from provisioner.domain.virtual_machines import Fact
from provisioner.edge import model

API_PORT = 6443
# Watches are long and quiet.
_TIMEOUTS = Timeouts(connect=5, client=600, server=600, tunnel=14_400)
# Masters come and go while nodes wait for the API.
_CHECK = Check(type="tcp", inter=2, fastinter=1, downinter=2, rise=2, fall=2)


class Master(Fact):
    name: str
    address: IPv4Address


class Endpoint(Fact):
    """`cluster` is its name, `ports` those of the VIP; masters answer at `API_PORT` alone."""

    cluster: str
    address: IPv4Address
    preferred_member: str | None = None
    ports: tuple[int, ...] = (API_PORT,)
    masters: tuple[Master, ...] = ()
    check: Check = Field(default=_CHECK)

    def vip(self) -> WantedVip:
        return WantedVip(
            name=self.cluster, address=self.address, preferred_member=self.preferred_member
        )


def endpoint_service(endpoint: Endpoint, vip: model.Vip) -> model.Service:
    """No user's service can have its name: a colon is in none."""
    name = f"cluster:{endpoint.cluster}"
    servers = tuple(
        model.Server(
            name=master.name,
            address=master.address,
            port=API_PORT,
            weight=100,
            check=endpoint.check,
        )
        for master in endpoint.masters
    )
    backend = model.Backend(
        name=f"{name}.servers", balance="leastconn", servers=servers, cut_when_down=True
    )
    return model.Service(
        name=name,
        vip=vip,
        ports=endpoint.ports,
        default_backend=backend.name,
        backends=(backend,),
        timeouts=_TIMEOUTS,
    )
