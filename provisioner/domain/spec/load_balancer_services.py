"""What a load balancer serves: on which ports, by which servers, and how it knows they live."""

import re
from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from provisioner.domain.spec.document import DnsName, Document, Label

# What HAProxy's configuration takes without quotes.
_PATH = re.compile(r"/[A-Za-z0-9._~%/+:,;&?=!*-]{0,255}")
HIGHEST_PORT = 65535


def _url_path(text: str) -> str:
    if not _PATH.fullmatch(text):
        raise ValueError("write a path such as /healthz, without spaces and quotes")
    return text


def _ports(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= HIGHEST_PORT:
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{1,5}-\d{1,5}", value):
        first, last = bounds(value)
        if 1 <= first < last <= HIGHEST_PORT:
            return value
    raise ValueError("write a port such as 443, or a range such as 30000-30010")


def bounds(ports: int | str) -> tuple[int, int]:
    """The first and the last of what a service's `ports` holds."""
    first, _, last = str(ports).partition("-")
    return int(first), int(last or first)


Port = Annotated[int, Field(ge=1, le=HIGHEST_PORT)]
Ports = Annotated[int | str, BeforeValidator(_ports)]
UrlPath = Annotated[str, AfterValidator(_url_path)]
Seconds = Annotated[float, Field(ge=0.1, le=86_400)]
Count = Annotated[int, Field(ge=1, le=100)]


class Timeouts(Document):
    """In seconds. `tunnel` is for connections that both sides have used: WebSockets, watches."""

    connect: Seconds = 5
    client: Seconds = 30
    server: Seconds = 30
    tunnel: Seconds | None = None


class Check(Document):
    """How a server shows that it lives. Intervals are in seconds.

    `inter` while nothing is in doubt, `fastinter` while a change is being confirmed, `downinter`
    while the server is down. `path`, `host`, `status` and `tls` are those of type http.
    """

    type: Literal["tcp", "tls", "http"] = "tcp"
    port: Port | None = Field(default=None, description="Default: the server's own.")
    path: UrlPath = "/"
    host: DnsName | None = None
    status: Annotated[int, Field(ge=100, le=599)] = 200
    tls: bool = False
    inter: Seconds = 30
    fastinter: Seconds = 2
    downinter: Seconds = 5
    rise: Count = 3
    fall: Count = 3


class Server(Document):
    """Without a `port` it is asked at the one that the client came to."""

    name: Label
    address: IPv4Address
    port: Port | None = None
    weight: Annotated[int, Field(ge=0, le=256)] = 100


class Pool(Document):
    """Servers of one site. A member of that site uses them first, others when all theirs fail."""

    name: Label
    site: Label | None = None
    servers: Annotated[tuple[Server, ...], Field(min_length=1, max_length=256)]
    check: Check = Field(default_factory=Check)


class Rule(Document):
    """Leads what came to `port`, or asks for a path below `pathPrefix`, to pools of its own."""

    pools: Annotated[tuple[Label, ...], Field(min_length=1, max_length=16)]
    path_prefix: UrlPath | None = None
    port: Port | None = None


class Service(Document):
    """`pools` that no rule names serve what no rule leads elsewhere.

    `moveTogether`: one server serves all `ports`, the others stand by; `active` names the one to
    use while it lives, else it is the first.
    """

    name: Label
    vip: Label
    ports: Annotated[tuple[Ports, ...], Field(min_length=1, max_length=64)]
    mode: Literal["tcp", "http"] = "tcp"
    balance: Literal["source", "roundrobin", "leastconn"] = "roundrobin"
    proxy_protocol: bool = Field(
        default=False, description="Tell servers the client's address by PROXY protocol 2."
    )
    pools: Annotated[tuple[Pool, ...], Field(min_length=1, max_length=16)]
    redirect_http: bool = Field(
        default=False, description="Answer on port 80 too, and send browsers to https."
    )
    rules: Annotated[tuple[Rule, ...], Field(max_length=64)] = ()
    move_together: bool = False
    active: Label | None = None
    timeouts: Timeouts | None = Field(default=None, description="In place of the pair's own.")

    def servers(self) -> tuple[Server, ...]:
        return tuple(server for pool in self.pools for server in pool.servers)

    def active_server(self) -> str:
        """Of a service whose ports move together."""
        return self.active or self.servers()[0].name

    def default_pools(self) -> tuple[Pool, ...]:
        ruled = {name for rule in self.rules for name in rule.pools}
        return tuple(pool for pool in self.pools if pool.name not in ruled)

    def pools_of(self, rule: Rule) -> tuple[Pool, ...]:
        return tuple(pool for pool in self.pools if pool.name in rule.pools)

    def listened(self) -> tuple[tuple[int, int], ...]:
        """First and last of all ports that it takes on its VIP."""
        return tuple(map(bounds, self.ports)) + (((80, 80),) if self.redirect_http else ())
