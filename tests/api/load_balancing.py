"""A sound load balancer's document for the inventory of these tests, and how to ask for one."""

from typing import Any

import httpx

STATS = {
    "name": "edge-stats",
    "type": "load-balancer",
    "values": {"adminPassword": "not-a-real-one", "viewerPassword": "nor-is-this"},
}


def member(number: int, **changes: Any) -> dict[str, Any]:
    """One NIC for all networks."""
    return {
        "name": f"m{number}",
        "vcenter": "lab",
        "template": "debian-12-node",
        "placement": {"datacenter": "DC1", "cluster": "compute-1", "datastore": "local-1"},
        "networks": {
            "management": {"network": "nodes", "address": f"10.0.0.{60 + number}/24"},
        },
    } | changes


def balancer_document(**changes: Any) -> dict[str, Any]:
    return {
        "name": "edge",
        "members": [member(1), member(2)],
        "vips": [
            {"name": "web", "address": "10.0.0.70", "dnsName": "www.example.com"},
            {"name": "psc", "address": "10.0.0.71", "preferredMember": "m2"},
        ],
        "services": [web(), psc()],
        "serviceRange": "10.0.0.80-10.0.0.89",
    } | changes


def web(**changes: Any) -> dict[str, Any]:
    servers = [{"name": name, "address": f"10.9.0.{at}"} for at, name in ((11, "w1"), (12, "w2"))]
    return {
        "name": "web",
        "vip": "web",
        "ports": [443],
        "pools": [{"name": "web", "servers": servers}],
    } | changes


def psc(**changes: Any) -> dict[str, Any]:
    """A service whose ports move together."""
    names = ((21, "psc1"), (22, "psc2"), (23, "psc3"))
    servers = [{"name": name, "address": f"10.9.0.{at}"} for at, name in names]
    return {
        "name": "psc",
        "vip": "psc",
        "ports": [443, 389],
        "moveTogether": True,
        "pools": [{"name": "psc", "servers": servers}],
    } | changes


def make(client: httpx.Client, document: dict[str, Any] | None = None) -> dict[str, Any]:
    """A load balancer, as GET shows it."""
    answer = client.post("/loadbalancers", json=document or balancer_document())
    assert answer.status_code == 202, answer.text
    return client.get(answer.headers["location"]).json()
