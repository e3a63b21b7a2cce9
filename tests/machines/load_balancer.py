"""A pair on real machines, and what the lab has of it: servers behind it, clients before it."""

import contextlib
import http.server
import itertools
import socket
import threading
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import yaml

from lab import story
from lab.network.port_groups import PORT_GROUPS
from lab.service import Service
from lab.story.document import cluster_document
from tests.machines.world import Machine, World

SECRET = "edge-stats"
FRONTEND, MANAGEMENT, WORKLOAD = (str(group.gateway.ip) for group in PORT_GROUPS)
PORT, SSH, STATS = 8099, 22, 8404
# What somebody looks for who does not know what a member is there for.
PORTS = (SSH, 80, 443, 6443, PORT, STATS, 8405)


def _document() -> dict[str, Any]:
    """The story's, with a server in the lab's workload network."""
    file = Path(story.__file__).with_name("load_balancer.yaml")
    found: dict[str, Any] = yaml.safe_load(file.read_text())
    found["services"] = [service("plain", PORT)]
    return found | {"stats": {"secret": SECRET}}


def service(name: str, port: int) -> dict[str, Any]:
    server = {"name": "lab", "address": WORKLOAD, "port": PORT}
    pool = {"name": "lab", "servers": [server], "check": {"type": "tcp", "inter": 2}}
    return {"name": name, "vip": "web", "ports": [port], "pools": [pool]}


DOCUMENT = _document()
NAME, VIP = DOCUMENT["name"], DOCUMENT["vips"][0]["address"]


def addresses(member: str) -> dict[str, str]:
    """By network."""
    [networks] = [one["networks"] for one in DOCUMENT["members"] if one["name"] == member]
    return {name: one["address"].partition("/")[0] for name, one in networks.items()}


def balanced_cluster(name: str) -> dict[str, Any]:
    found = cluster_document(name, masters=1, workers=0)
    found["controlPlane"]["addresses"]["ranges"] = ["10.77.0.20-10.77.0.24"]
    found["endpoint"] = {"mode": "loadBalancer", "loadBalancer": NAME}
    return found | {"loadBalancerRanges": []}


def members(world: World) -> list[Machine]:
    """In their order; none while one is missing."""
    found = sorted(
        (one for one in world.machines() if one.name.startswith(f"{NAME}-m") and one.addresses),
        key=lambda one: one.name,
    )
    return found if len(found) == len(DOCUMENT["members"]) else []


def observed(pair: Service) -> dict[str, Any]:
    found: dict[str, Any] = pair.ask("GET", f"/loadbalancers/{NAME}")["observed"]
    return found


@contextlib.contextmanager
def server_in_the_lab() -> Iterator[None]:
    """Of plain HTTP, in the network of this thread."""
    with http.server.ThreadingHTTPServer((WORKLOAD, PORT), _Greeter) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        try:
            yield
        finally:
            listening.shutdown()
            thread.join()


class _Greeter(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Silent."""


def is_served(port: int = PORT) -> bool:
    try:
        with urllib.request.urlopen(f"http://{VIP}:{port}/", timeout=5) as answer:
            return bool(answer.read() == b"hello")
    except OSError:
        return False


def reachable(*addresses: str) -> dict[str, dict[int, str]]:
    """By address, of PORTS: open, or closed if the machine itself refuses; those that are dropped
    are left out.
    """
    doors = list(itertools.product(addresses, PORTS))
    found: dict[str, dict[int, str]] = {address: {} for address in addresses}
    with ThreadPoolExecutor(len(doors)) as asking:
        for (address, port), state in zip(doors, asking.map(_look, doors), strict=True):
            if state:
                found[address][port] = state
    return found


def _look(door: tuple[str, int]) -> str:
    try:
        socket.create_connection(door, 2).close()
    except ConnectionRefusedError:
        return "closed"
    except OSError:
        return ""
    return "open"
