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
    # Python takes \d for the digits of any script.
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,5}-[0-9]{1,5}", value):
        first, last = bounds(value)
        if 1 <= first < last <= HIGHEST_PORT:
            return f"{first}-{last}"
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
    """In seconds."""

    connect: Seconds = Field(default=5, description="For a server to take a connection.")
    client: Seconds = Field(default=30, description="How long a client may say nothing.")
    server: Seconds = Field(default=30, description="How long a server may say nothing.")
    tunnel: Seconds | None = Field(
        default=None,
        description="In place of both, once both sides have spoken: WebSockets, watches.",
    )


class Check(Document):
    """How a server shows that it lives. Intervals are in seconds."""

    type: Literal["tcp", "tls", "http"] = Field(
        default="tcp",
        description="It takes a connection, completes a TLS handshake, or answers a request.",
    )
    port: Port | None = Field(default=None, description="Default: the server's own.")
    path: UrlPath = Field(default="/", description="Of type http: what is asked for.")
    host: DnsName | None = Field(default=None, description="Of type http: the Host header.")
    status: Annotated[int, Field(ge=100, le=599)] = Field(
        default=200, description="Of type http: the answer of a server that lives."
    )
    tls: bool = Field(default=False, description="Of type http: whether to ask by https.")
    inter: Seconds = Field(default=30, description="Between checks while nothing is in doubt.")
    fastinter: Seconds = Field(default=2, description="While a change is being confirmed.")
    downinter: Seconds = Field(default=5, description="While the server is down.")
    rise: Count = Field(default=3, description="Good checks in a row that make it up.")
    fall: Count = Field(default=3, description="Bad checks in a row that make it down.")


class Server(Document):
    name: Label = Field(description="One machine: drained once, it is so in all services.")
    address: IPv4Address = Field(description="Where it listens.")
    port: Port | None = Field(default=None, description="Default: the one the client came to.")
    weight: Annotated[int, Field(ge=0, le=256)] = Field(
        default=100, description="Its share, compared with the others of the pool; 0 is none."
    )


class Pool(Document):
    name: Label = Field(description="By which rules name it.")
    site: Label | None = Field(
        default=None,
        description="A member of that site uses it first, others when all of theirs fail. "
        "Without a site all members use it.",
    )
    servers: Annotated[tuple[Server, ...], Field(min_length=1, max_length=256)] = Field(
        description="Those that share its load."
    )
    check: Check = Field(default_factory=Check, description="How a server shows that it lives.")


class Rule(Document):
    """Leads what came to `port`, or asks for a path below `pathPrefix`, to pools of its own."""

    pools: Annotated[tuple[Label, ...], Field(min_length=1, max_length=16)] = Field(
        description="Names of the service's pools."
    )
    path_prefix: UrlPath | None = Field(
        default=None, description="Of mode http: how the request's path begins."
    )
    port: Port | None = Field(default=None, description="The service's port it came to.")


class Service(Document):
    name: Label = Field(description="Names its log lines and its figures.")
    vip: Label = Field(description="Name of the VIP it answers on.")
    ports: Annotated[tuple[Ports, ...], Field(min_length=1, max_length=64)] = Field(
        description="Ports such as 443, ranges such as 30000-30010."
    )
    mode: Literal["tcp", "http"] = Field(
        default="tcp", description="Whether connections are passed on, or requests in plain HTTP."
    )
    balance: Literal["source", "roundrobin", "leastconn"] = Field(
        default="roundrobin",
        description="By the client's address, in turn, or to whom has the fewest connections.",
    )
    proxy_protocol: bool = Field(
        default=False, description="Tell servers the client's address by PROXY protocol 2."
    )
    pools: Annotated[tuple[Pool, ...], Field(min_length=1, max_length=16)] = Field(
        description="Its servers; pools that no rule names get what no rule leads elsewhere."
    )
    redirect_http: bool = Field(
        default=False, description="Answer on port 80 too, and send browsers to https."
    )
    rules: Annotated[tuple[Rule, ...], Field(max_length=64)] = Field(
        default=(), description="Which pools get what, by path or port; the first that fits."
    )
    move_together: bool = Field(
        default=False, description="One server serves all ports; the others stand by."
    )
    active: Label | None = Field(
        default=None,
        description="Of moveTogether: the server to use while it lives; by default the first.",
    )
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
