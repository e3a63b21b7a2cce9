"""A cluster's API behind a load balancer: a VIP of the pair's range, and the masters."""

from provisioner.domain.load_balancers import ClusterEndpoint
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.domain.spec.load_balancer_services import Check, Timeouts
from provisioner.edge import model

# Watches are long and quiet.
_TIMEOUTS = Timeouts(connect=5, client=600, server=600, tunnel=14_400)
# Masters come and go while nodes wait for the API.
_CHECK = Check(type="tcp", inter=2, fastinter=1, downinter=2, rise=2, fall=2)


def endpoint_service(endpoint: ClusterEndpoint, vip: model.Vip) -> model.Service:
    """No user's service can have its name: a colon is in none."""
    name = f"cluster:{endpoint.cluster}"
    servers = tuple(
        model.Server(
            name=master.name,
            address=master.address,
            port=API_PORT,
            weight=100,
            check=_CHECK,
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
