"""The condition that tells of an etcd, whoever holds it."""

from collections.abc import Mapping

from provisioner.domain.conditions import Condition
from provisioner.etcd.model import Health

HEALTH = "EtcdHealthy"


def of_members(health: Health) -> Condition:
    if health.problems:
        return unhealthy("MemberDown", health.describe())
    return _healthy(_serving(len(health.members), "member"))


def of_endpoints(count: int, problems: Mapping[str, str]) -> Condition:
    """`problems`: of those that do not serve, why, by their URL."""
    if problems:
        told = "; ".join(f"{url} {problem}" for url, problem in problems.items())
        return unhealthy("EndpointDown", told)
    return _healthy(_serving(count, "endpoint"))


def unhealthy(reason: str, message: str) -> Condition:
    return Condition(type=HEALTH, status="False", reason=reason, message=message)


def _healthy(message: str) -> Condition:
    return Condition(type=HEALTH, status="True", reason="Healthy", message=message)


def _serving(count: int, what: str) -> str:
    return f"1 {what} serves" if count == 1 else f"{count} {what}s serve"
