"""A plan as a dry run answers it."""

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.output import pairs

_TASKS = {
    "certificates": "make the cluster's authorities and certificates",
    "join-tokens": "renew the tokens by which nodes join",
    "members": "tell the masters of each other",
    "cni": "put the network plugin in",
    "cloud-provider": "put vSphere's cloud provider in",
    "storage-driver": "put vSphere's storage driver in, as far as it is wanted",
    "load-balancer": "put MetalLB in",
    "copy": "copy the template to further datastores",
    "endpoint-pair": "wait until the load balancer of the endpoint serves",
    "endpoint": "tell that load balancer of the nodes",
    "secrets": "make the key by which the members know each other",
    "configuration": "tell the members what to serve",
    "configured": "wait until the members serve it",
}


def plan_table(answer: dict[str, Any]) -> RenderableType:
    plan = answer["plan"]
    rows = [("create", f"{one['count']} x {one['group']}") for one in plan["create"]]
    rows += [("remove", f"{one['node']} ({one['reason']})") for one in plan["remove"]]
    rows += [("do", _task(name, answer.get("spec", {}))) for name in plan["tasks"]]
    rows += [
        ("short", f"{one['missing']} x {one['group']}: {one['reason']}")
        for one in plan["shortages"]
    ]
    rows += [("held back", f"{one['node']}: {one['reason']}") for one in plan["heldBack"]]
    rows += [("image", _chosen(*one)) for one in _by_image(answer.get("spec", {}))]
    rows += _carried(answer.get("spec", {}).get("endpoint", {}))
    if plan["create"]:
        rows.append(("addresses", "are chosen when it is asked for, not by a dry run"))
    last = "this is what would be done first; nothing was changed or reserved"
    return Group(pairs(rows or [("nothing", "is to be done")]), Text(last, style="dim"))


def _by_image(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Groups that say what their template should be like, by name; as each kind writes them."""
    groups = [("control-plane", spec.get("controlPlane"))]
    members = spec.get("members", ())
    several = [*spec.get("nodePools", ()), *(members if isinstance(members, list) else ())]
    groups += [(one["name"], one) for one in several]
    groups.append(("members", members if isinstance(members, dict) else None))
    return ((name, one) for name, one in groups if one and one.get("image"))


def _carried(endpoint: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if endpoint.get("loadBalancer"):
        yield "endpoint", f"{endpoint['vip']}, on load balancer {endpoint['loadBalancer']}"


def _chosen(group: str, machine: dict[str, Any]) -> str:
    return f"{group}: {machine['template']}, of {machine['image']}"


def _task(name: str, spec: dict[str, Any]) -> str:
    """With the name it has in conditions and events."""
    if name == "load-balancer" and not spec.get("loadBalancerRanges"):
        return f"{name}: nothing, since there are no loadBalancerRanges"
    return f"{name}: {_TASKS[name]}" if name in _TASKS else name
