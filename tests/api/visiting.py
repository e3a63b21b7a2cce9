"""Nodes as callers: their tokens, and the headers the `pke` program sends."""

import json
from typing import Any

import httpx

from provisioner.store import resources
from provisioner.store.tables import Node, Resource
from tests.api.served import Api
from workflows.kinds.node_identity import claims

PKE_HEADERS = {
    "User-Agent": "pke/1.0.0/go",
    "Accept": "application/json",
    "Accept-Encoding": "gzip",
}


class Visit:
    """One node of one cluster, calling as pke does."""

    def __init__(self, api: Api, node: Node, token: str | None = None) -> None:
        self.node = node
        self.resource = resource_of(api, node)
        self.organisation = f"/api/v1/orgs/{self.resource.org_id}"
        self.cluster = f"{self.organisation}/clusters/{self.resource.number}"
        self.client = api.bearer(token if token is not None else node_token(api, node))
        self.client.headers.update(PKE_HEADERS)

    def get(self, path: str) -> httpx.Response:
        return self.client.get(f"{self.cluster}/{path}")

    def post(self, path: str, body: Any) -> httpx.Response:
        return self.client.post(
            f"{self.cluster}/{path}",
            content=compact(body),
            headers={"Content-Type": "application/json"},
        )

    def secrets(self) -> httpx.Response:
        query = f"tags=clusterID%3A{self.resource.number}&type=pkecert&values=true"
        return self.client.get(f"{self.organisation}/secrets?{query}")

    def claim(self, ip: str = "10.0.0.21") -> httpx.Response:
        return self.post("pke/leader", {"hostname": self.node.name, "ip": ip})

    def status(self, phase: str = "master", status: str = "running", **more: Any) -> httpx.Response:
        body = {
            "name": self.node.name,
            "nodePool": self.node.group,
            "message": "starting",
            "phase": phase,
            "status": status,
            "timestamp": "2026-11-20T15:39:34.464562Z",
        }
        return self.post("pke/status", body | more)

    def ready(self, **more: Any) -> httpx.Response:
        body = {"name": self.node.name, "nodePool": self.node.group, "ip": "10.0.0.21"}
        return self.post("pke/ready", body | more)


def compact(body: Any) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode() + b"\n"


def node_token(api: Api, node: Node, changes: dict[str, Any] | None = None) -> str:
    """As the worker signs it, but for `changes`."""
    payload = claims(resource_of(api, node), node) | (changes or {})
    signed = api.services.vault.sign_node_token(payload)
    return signed.get_secret_value()


def resource_of(api: Api, node: Node) -> Resource:
    with api.database.read() as session:
        return resources.get(session, node.resource_id)
