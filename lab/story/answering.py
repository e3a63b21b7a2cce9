"""Asks servers in the lab for a sign of life."""

import base64
import http.client
import ssl
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import yaml

SECONDS = 0.4


def api_answers(kubeconfig: Path) -> Callable[[], bool]:
    """Whether the cluster's API, verified by its own authority, says that it is alive."""
    cluster = yaml.safe_load(kubeconfig.read_text())["clusters"][0]["cluster"]
    authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
    trusted = ssl.create_default_context(cadata=authority)
    server = urlsplit(cluster["server"])

    def answers() -> bool:
        connection = http.client.HTTPSConnection(
            str(server.hostname), server.port, timeout=SECONDS, context=trusted
        )
        return _answers(connection, "/livez")

    return answers


def http_answers(host: str, path: str) -> bool:
    return _answers(http.client.HTTPConnection(host, 80, timeout=SECONDS), path)


def _answers(connection: http.client.HTTPConnection, path: str) -> bool:
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
