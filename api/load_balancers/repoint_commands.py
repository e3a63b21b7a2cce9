"""How services whose ports move together are moved by hand, shown to whoever has to."""

from api.schemas import Out
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.domain.spec.load_balancer_services import Service


class RepointOut(Out):
    """`pkectl` moves what comes to the VIP; `vmware` is for the administrator of a vCenter that
    is registered at one controller and is to be led to the VIP."""

    service: str
    active: str
    servers: list[str]
    pkectl: str
    vmware: str


def repoints(known: LoadBalancerDocument) -> list[RepointOut]:
    return [_shown(known, one) for one in known.services if one.move_together]


def _shown(known: LoadBalancerDocument, service: Service) -> RepointOut:
    vip = next(one for one in known.vips if one.name == service.vip)
    return RepointOut(
        service=service.name,
        active=service.active_server(),
        servers=[server.name for server in service.servers()],
        pkectl=f"pkectl lb repoint {known.name} {service.name}",
        vmware=f"cmsso-util repoint --repoint-psc {vip.dns_name or vip.address}",
    )
