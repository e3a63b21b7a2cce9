"""Whatever is written into a field, it is accepted and can be rendered, or its faults are told."""

from copy import deepcopy
from typing import Any

import pytest

from provisioner.domain.faults import InvalidRequest
from provisioner.edge.layout import HAPROXY
from tests.edge.documents import document, pool, server, service, vip
from tests.edge.rendering import configured
from tests.unit.faults import Path, dotted, fields, holder_of

ODD: tuple[Any, ...] = (
    None,
    "",
    "x y",
    "a" * 300,
    "@VRRP_KEY@",
    "10.2.0.11",
    "10.2.0.0/24",
    "0.0.0.0/0",
    "name\nglobal",
    0,
    1,
    -1,
    65_535,
    2**40,
    0.5,
    True,
    [],
    {},
    [1],
    [{}],
    [None, "443"],
)


def full() -> dict[str, Any]:
    """With something in as many fields as can be."""
    check = {"type": "http", "path": "/up", "host": "www.example.com", "inter": 5, "tls": True}
    servers = [server(name, 1, at, port=None) for at, name in enumerate("ab", 1)]
    return document(
        vrrp={"version": 2, "interval": 2, "auth": "PASS"},
        serviceRange="10.2.0.150-10.2.0.160",
        timeouts={"connect": 1, "client": 600, "server": 600, "tunnel": 3600},
        vips=[vip(1, network="frontend", dnsName="www.example.com"), vip(2)],
        services=[
            service(
                1,
                ports=[443, "8000-8010"],
                mode="http",
                redirectHttp=True,
                pools=[pool(1, check=check), pool(2, check=check)],
                rules=[{"pools": ["west"], "pathPrefix": "/api", "port": 443}],
            ),
            service(2, moveTogether=True, active="b", pools=[pool(1, servers=servers)]),
        ],
    )


@pytest.mark.parametrize("path", list(fields(full())), ids=dotted)
def test_odd_values_are_told_or_taken(path: Path) -> None:
    for value in ODD:
        body = deepcopy(full())
        holder_of(body, path)[path[-1]] = deepcopy(value)
        look(body)
    body = deepcopy(full())
    del holder_of(body, path)[path[-1]]
    look(body)


def look(body: dict[str, Any]) -> None:
    try:
        found = configured(body)
    except InvalidRequest:
        return
    for configuration in found.values():
        assert configuration.files[HAPROXY].count("\nfrontend _alive\n") == 1
        assert configuration.files[HAPROXY].splitlines().count("global") == 1


def test_the_document_itself_is_sound() -> None:
    assert set(configured(full())) == {"m1", "m2"}
