"""A sound load balancer's document to start from: two sites, a NIC for each network."""

from copy import deepcopy
from typing import Any

SITES = ("east", "west")


def member(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"m{number}",
        "site": SITES[number - 1],
        "vcenter": f"vc{number}",
        "template": "load-balancer",
        "placement": {"datacenter": "DC1", "cluster": "C1", "datastore": "ds1"},
        "networks": {
            "management": nic("10.1.0", number, gateway="10.1.0.1", nameservers=["10.1.0.2"]),
            "frontend": nic("10.2.0", number, routes=[route("172.16.0.0/12", "10.2.0.1")]),
            "workload": nic("10.3.0", number),
        },
    } | changes


def nic(net: str, number: int, **more: Any) -> dict[str, Any]:
    return {"network": f"net-{net}", "address": f"{net}.{10 + number}/24", **more}


def route(to: str, via: str) -> dict[str, Any]:
    return {"to": to, "via": via}


def vip(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"vip{number}",
        "address": f"10.2.0.{100 + number}",
        "preferredMember": f"m{number}",
    } | changes


def pool(number: int, **changes: Any) -> dict[str, Any]:
    """Servers of member `number`'s site."""
    return {
        "name": SITES[number - 1],
        "site": SITES[number - 1],
        "servers": [server(f"{SITES[number - 1]}{one}", number, one) for one in (1, 2)],
        "check": {"type": "tls"},
    } | changes


def server(name: str, number: int, one: int, **changes: Any) -> dict[str, Any]:
    return {"name": name, "address": f"10.3.0.{100 * number + one}", "port": 443} | changes


def service(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"web{number}",
        "vip": f"vip{number}",
        "ports": [443],
        "pools": [pool(1), pool(2)],
    } | changes


def document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "edge",
        "members": [member(1), member(2)],
        "vips": [vip(1), vip(2)],
        "services": [service(1), service(2)],
        "stats": {"secret": "edge-stats"},
        "firewall": {"ssh": ["10.9.0.0/24"], "stats": ["10.9.0.0/24", "10.8.0.5/32"]},
    } | changes


def altered(path: str, value: Any) -> dict[str, Any]:
    """The sound document with one field set: `services.0.ports`. None takes it away."""
    body = deepcopy(document())
    holder: Any = body
    *steps, last = (int(step) if step.isdigit() else step for step in path.split("."))
    for step in steps:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return body
