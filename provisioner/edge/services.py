"""A service as one member serves it: its own site first, the others when that one fails."""

from collections.abc import Iterator, Mapping, Sequence

from provisioner.domain.spec.load_balancer import Member
from provisioner.domain.spec.load_balancer_services import Pool, Server
from provisioner.domain.spec.load_balancer_services import Service as WantedService
from provisioner.edge import model


def service_of(
    service: WantedService,
    vip: model.Vip,
    own: Member,
    states: Mapping[str, model.AdminState],
) -> model.Service:
    rules = {f"{service.name}.rule{at}": rule for at, rule in enumerate(service.rules, 1)}
    default = f"{service.name}.servers"
    pools = {default: service.default_pools()}
    pools |= {name: service.pools_of(rule) for name, rule in rules.items()}
    return model.Service(
        name=service.name,
        vip=vip,
        ports=service.ports,
        mode=service.mode,
        redirect_http=service.redirect_http,
        branches=tuple(
            model.Branch(backend=name, port=rule.port, path_prefix=rule.path_prefix)
            for name, rule in rules.items()
        ),
        default_backend=default if pools[default] else None,
        backends=tuple(
            _backend(name, service, some, own, states) for name, some in pools.items() if some
        ),
        timeouts=service.timeouts,
    )


def _backend(
    name: str,
    service: WantedService,
    pools: Sequence[Pool],
    own: Member,
    states: Mapping[str, model.AdminState],
) -> model.Backend:
    together = tuple(port for port in service.ports if isinstance(port, int))
    return model.Backend(
        name=name,
        balance=service.balance,
        servers=tuple(_servers(service, pools, own, states)),
        proxy_protocol=service.proxy_protocol,
        ports_together=together if service.move_together else (),
        cut_when_down=service.move_together,
    )


def _servers(
    service: WantedService,
    pools: Sequence[Pool],
    own: Member,
    states: Mapping[str, model.AdminState],
) -> Iterator[model.Server]:
    for pool in pools:
        for server in pool.servers:
            yield model.Server(
                name=server.name,
                address=server.address,
                port=server.port,
                weight=server.weight,
                check=pool.check,
                backup=_stands_by(service, server, pool, pools, own),
                state=states.get(server.name, "ready"),
            )


def _stands_by(
    service: WantedService, server: Server, pool: Pool, pools: Sequence[Pool], own: Member
) -> bool:
    """Where no pool is of the member's own site, none has to wait for another."""
    if service.move_together:
        return server.name != service.active_server()
    at_home = own.site is not None and any(one.site == own.site for one in pools)
    return at_home and pool.site not in (own.site, None)
