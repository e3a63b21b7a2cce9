"""The services, each against itself and the names it uses."""

from collections.abc import Iterator, Sequence
from ipaddress import IPv4Address

from provisioner.domain.faults import Fault
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_moving_checks import check_moving
from provisioner.domain.spec.load_balancer_names import (
    repeated,
    server_paths,
    service_paths,
    unknown,
)
from provisioner.domain.spec.load_balancer_services import Check, Pool, Rule, Service

_HTTP_ONLY = ("path", "host", "status", "tls")


def check_services(spec: LoadBalancerSpec) -> Iterator[Fault]:
    yield from repeated((f"{path}.name", service.name) for path, service in service_paths(spec))
    for path, service in service_paths(spec):
        yield from unknown(f"{path}.vip", service.vip, (vip.name for vip in spec.vips), "vips")
        yield from _pools(spec, service, path)
        yield from _rules(service, path)
        yield from _checks(service, path)
        yield from check_moving(service, path)
    yield from _one_address_each(spec)


def _pools(spec: LoadBalancerSpec, service: Service, path: str) -> Iterator[Fault]:
    named = [(f"{path}.pools.{index}", pool) for index, pool in enumerate(service.pools)]
    yield from repeated((f"{at}.name", pool.name) for at, pool in named)
    yield from repeated((f"{at}.name", server.name) for at, server in server_paths(service, path))
    sites = {member.site for member in spec.members if member.site}
    # One member alone serves for two sites while the other one's is gone.
    for at, pool in named if len(spec.members) > 1 else ():
        if pool.site is not None:
            yield from unknown(f"{at}.site", pool.site, sites, "members")


def _rules(service: Service, path: str) -> Iterator[Fault]:
    for index, rule in enumerate(service.rules):
        at = f"{path}.rules.{index}"
        yield from _condition(service, rule, path, at)
        for number, name in enumerate(rule.pools):
            known = (pool.name for pool in service.pools)
            yield from unknown(f"{at}.pools.{number}", name, known, f"{path}.pools")


def _condition(service: Service, rule: Rule, path: str, at: str) -> Iterator[Fault]:
    if rule.path_prefix is None and rule.port is None:
        fields = (f"{at}.pathPrefix", f"{at}.port")
        yield Fault(at, "give pathPrefix, port or both: what this rule is for", rests_on=fields)
    if rule.path_prefix is not None and service.mode != "http":
        advice = "only mode http knows paths"
        yield Fault(f"{at}.pathPrefix", advice, rests_on=(f"{at}.pathPrefix", f"{path}.mode"))
    spans = service.listened()
    if rule.port is not None and not any(low <= rule.port <= high for low, high in spans):
        advice = f"{rule.port} is none of the service's ports"
        yield Fault(f"{at}.port", advice, rests_on=(f"{at}.port", f"{path}.ports"))


def _checks(service: Service, path: str) -> Iterator[Fault]:
    for index, pool in enumerate(service.pools):
        at = f"{path}.pools.{index}.check"
        yield from check_type(pool.check, at)
    for rule in (None, *service.rules):
        together = service.pools_of(rule) if rule else service.default_pools()
        yield from _same_question(service, together, path)


def check_type(check: Check, at: str) -> Iterator[Fault]:
    """What only checks by http have."""
    fields = Check.model_fields
    given = [name for name in _HTTP_ONLY if getattr(check, name) != fields[name].default]
    for name in given if check.type != "http" else ():
        advice = f"is of check type http; this one is {check.type}"
        yield Fault(f"{at}.{name}", advice, rests_on=(f"{at}.{name}", f"{at}.type"))


def _same_question(service: Service, together: Sequence[Pool], path: str) -> Iterator[Fault]:
    """Pools that serve together are asked alike: HAProxy has one question for all of them."""
    for pool in together[1:]:
        if _question(service, pool.check) != _question(service, together[0].check):
            at = f"{path}.pools.{service.pools.index(pool)}.check"
            other = f"{path}.pools.{service.pools.index(together[0])}.check"
            advice = f"must ask as {other} does (type, path, host, status): they serve together"
            yield Fault(at, advice, rests_on=(at, other, f"{path}.moveTogether"))


def _question(service: Service, check: Check) -> tuple[object, ...]:
    if service.move_together:
        return (check.type, check.port)
    return (check.path, check.host, check.status) if check.type == "http" else ()


def _one_address_each(spec: LoadBalancerSpec) -> Iterator[Fault]:
    """A server is drained by its name, wherever it serves."""
    seen: dict[str, tuple[str, IPv4Address]] = {}
    for path, service in service_paths(spec):
        for at, server in server_paths(service, path):
            other, address = seen.setdefault(server.name, (at, server.address))
            if address != server.address:
                advice = f"{server.name!r} is {address} at {other}; one name, one machine"
                yield Fault(f"{at}.name", advice, rests_on=(at, other))
