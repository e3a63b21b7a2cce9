"""The pair in the lab: a NIC each, two sites, a VIP and two servers in each of them."""

from typing import Any

from provisioner.domain.spec.endpoint import API_PORT

VIPS = ("10.77.0.101", "10.77.0.102")
SITES = ("east", "west")
QUICK = {"type": "tls", "inter": 1, "fastinter": 0.3, "downinter": 1, "rise": 2, "fall": 2}


def member(number: int, net: int = 0) -> dict[str, Any]:
    management = {"network": "lab", "address": f"10.77.{net}.{10 + number}/16"}
    return {
        "name": f"m{number}",
        "site": SITES[number - 1],
        "vcenter": "lab",
        "template": "load-balancer",
        "placement": {"datacenter": "DC1", "cluster": "C1", "datastore": "ds1"},
        "networks": {"management": management},
    }


def server(site: str, one: int) -> dict[str, Any]:
    number = 20 + 10 * SITES.index(site) + one
    return {"name": f"{site}{one}", "address": f"10.77.0.{number}", "port": API_PORT}


def pool(site: str) -> dict[str, Any]:
    servers = [server(site, 1), server(site, 2)]
    return {"name": site, "site": site, "servers": servers, "check": QUICK}


def service(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"web{number}",
        "vip": f"vip{number}",
        "ports": [API_PORT],
        "pools": [pool(site) for site in SITES],
    } | changes


def document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "edge",
        "members": [member(1), member(2)],
        "vips": [vip(1), vip(2)],
        "services": [service(1), service(2)],
        "stats": {"secret": "edge-stats"},
        "firewall": {"ssh": ["10.77.0.99/32"], "stats": ["10.77.0.99/32"]},
    } | changes


def vip(number: int, address: str | None = None, **changes: Any) -> dict[str, Any]:
    return {
        "name": f"vip{number}",
        "address": address or VIPS[number - 1],
        "preferredMember": f"m{number}",
    } | changes
