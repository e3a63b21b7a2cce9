"""How a node asks a running cluster to take it in: over TLS, with its bootstrap token."""

import base64
import http.client
import json
import ssl
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml

from lab.guests.standin.kubelet import Registration
from lab.guests.standin.result import ProgramFailed

SECONDS = 10.0


@dataclass(frozen=True)
class Cluster:
    """What a discovery file says, and the token that opens the door."""

    server: str
    authority: str
    token: str = field(repr=False)

    @classmethod
    def discovered(cls, kubeconfig: str, token: str) -> "Cluster":
        cluster = yaml.safe_load(kubeconfig)["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        return cls(cluster["server"], authority, token)


def version(cluster: Cluster) -> str:
    """Of a cluster that is alive; ProgramFailed if it is not, or is another one."""
    if _ask(cluster, "GET", "/livez")[0] != 200:
        raise ProgramFailed(f"error execution phase preflight: {cluster.server} is not healthy\n")
    return str(_ask(cluster, "GET", "/version")[1]["gitVersion"])


def register(cluster: Cluster, node: Registration) -> None:
    """Makes the Node object with the token. Raises ProgramFailed."""
    status, found = _ask(cluster, "GET", f"/api/v1/nodes/{node.name}")
    if status == 200 and _is_ready(found):
        raise ProgramFailed(f'a Node with name "{node.name}" and status "Ready" already exists\n')
    if status == 404:
        metadata = {"name": node.name, "labels": node.labels}
        body = {"kind": "Node", "metadata": metadata, "spec": {"taints": node.taints}}
        status, found = _ask(cluster, "POST", "/api/v1/nodes", body)
    if status not in (200, 201):
        raise ProgramFailed(f"error execution phase kubelet-start: {found['message']}\n")


def _is_ready(node: dict[str, Any]) -> bool:
    conditions = node["status"].get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _ask(cluster: Cluster, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    url = urlsplit(cluster.server)
    context = ssl.create_default_context(cadata=cluster.authority)
    connection = http.client.HTTPSConnection(
        str(url.hostname), url.port, timeout=SECONDS, context=context
    )
    headers = {"Authorization": f"Bearer {cluster.token}", "Content-Type": "application/json"}
    try:
        connection.request(method, path, json.dumps(body) if body else None, headers)
        response = connection.getresponse()
        text = response.read()
    except OSError as error:
        raise ProgramFailed(f"couldn't reach {cluster.server}: {error}\n") from error
    finally:
        connection.close()
    return response.status, json.loads(text) if text.startswith(b"{") else text
