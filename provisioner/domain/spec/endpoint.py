"""Where a cluster's API is reached, and what else of the cluster a load balancer pair leads to."""

from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import Field

from provisioner.domain.spec.document import DnsName, Document, Label
from provisioner.domain.spec.load_balancer_services import Check, Port, Ports

API_PORT = 6443
# kube-proxy tells there whether it leads connections on; 200 when it does.
_KUBE_PROXY = Check(type="http", port=10256, path="/healthz", inter=5)


class EndpointService(Document):
    """Ports of the cluster's VIP that lead to the same ports of its workers."""

    name: Label = Field(description="Of the service, for logs and the statistics page.")
    ports: Annotated[tuple[Ports, ...], Field(min_length=1, max_length=64)] = Field(
        description="Ports such as 443, or ranges such as 30000-30010; nodes listen on the same."
    )
    node_pools: Annotated[tuple[Label, ...], Field(max_length=100)] = Field(
        default=(),
        description="Pools whose nodes serve; by default all, and masters if they are schedulable.",
    )
    proxy_protocol: bool = Field(
        default=False, description="Tell nodes the client's address by PROXY protocol 2."
    )
    check: Check | None = Field(
        default=None,
        description="How a node shows that it serves; by default its kube-proxy is asked.",
    )

    @property
    def effective_check(self) -> Check:
        return self.check or _KUBE_PROXY


EndpointPorts = Annotated[tuple[Port, ...], Field(min_length=1, max_length=8)]
EndpointServices = Annotated[tuple[EndpointService, ...], Field(max_length=32)]


class Endpoint(Document):
    """Where the API is reached. `external` and `dns` are the user's to set up."""

    mode: Literal["keepalived", "external", "dns", "loadBalancer"] = Field(
        default="keepalived",
        description="keepalived floats vip over the masters; external is a load balancer of "
        "yours at vip or dnsName; dns is dnsName alone, whose records list every master; "
        "loadBalancer is a pair that the service keeps.",
    )
    vip: IPv4Address | None = Field(
        default=None,
        description="The API's address; for keepalived a free one in the masters' subnet, for "
        "loadBalancer one of the pair's serviceRange (by default its first free one).",
    )
    dns_name: DnsName | None = Field(
        default=None, description="A name for the API; goes into its certificate and kubeconfigs."
    )
    load_balancer: Label | None = Field(
        default=None, description="Name of the pair, for mode loadBalancer: pkectl lb list."
    )
    ports: EndpointPorts = Field(
        default=(API_PORT,),
        description="Where the pair serves the API: 6443, and others such as 443.",
    )
    services: EndpointServices = Field(
        default=(), description="Other ports of the VIP, which the pair leads to workers."
    )

    @property
    def balanced(self) -> bool:
        """Whether somebody else than the masters leads clients to them."""
        return self.mode in ("external", "dns", "loadBalancer")

    @property
    def pair(self) -> str | None:
        """The name of the load balancer pair that carries it."""
        return self.load_balancer if self.mode == "loadBalancer" else None
