"""A cluster's endpoint behind a load balancer: a VIP of the pair's range, and the cluster's nodes.

No user's service can have the names: a colon is in none.
"""

from collections.abc import Iterable, Iterator

from provisioner.domain.load_balancers import ClusterEndpoint, ClusterNode, ClusterService
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.domain.spec.load_balancer_services import Check, Timeouts
from provisioner.edge import model

# Watches are long and quiet.
_TIMEOUTS = Timeouts(connect=5, client=600, server=600, tunnel=14_400)
# Masters come and go while nodes wait for the API.
_CHECK = Check(type="tcp", inter=2, fastinter=1, downinter=2, rise=2, fall=2)


def endpoint_services(endpoint: ClusterEndpoint, vip: model.Vip) -> Iterator[model.Service]:
    """The API's own, then those of the cluster's Services."""
    yield _api(endpoint, vip)
    for service in endpoint.services:
        yield _of_nodes(endpoint, service, vip)


def _api(endpoint: ClusterEndpoint, vip: model.Vip) -> model.Service:
    name = f"cluster:{endpoint.cluster}"
    backend = model.Backend(
        name=f"{name}.servers",
        balance="leastconn",
        servers=tuple(_servers(endpoint.masters, API_PORT, _CHECK)),
        cut_when_down=True,
    )
    return model.Service(
        name=name,
        vip=vip,
        ports=endpoint.ports,
        default_backend=backend.name,
        backends=(backend,),
        timeouts=_TIMEOUTS,
    )


def _of_nodes(endpoint: ClusterEndpoint, service: ClusterService, vip: model.Vip) -> model.Service:
    name = f"cluster:{endpoint.cluster}:{service.name}"
    backend = model.Backend(
        name=f"{name}.servers",
        servers=tuple(_servers(service.nodes, None, service.check)),
        proxy_protocol=service.proxy_protocol,
    )
    return model.Service(
        name=name,
        vip=vip,
        ports=service.ports,
        default_backend=backend.name,
        backends=(backend,),
    )


def _servers(
    nodes: Iterable[ClusterNode], port: int | None, check: Check
) -> Iterator[model.Server]:
    for node in nodes:
        yield model.Server(name=node.name, address=node.address, port=port, weight=100, check=check)
