"""What a node's programs are told of a proxy, and of what must not go through it."""

import json
import re
from ipaddress import ip_interface
from urllib.parse import urlsplit

from provisioner.bootstrap.delivery import TEXT, File, file
from provisioner.bootstrap.model import NodeBootstrap
from provisioner.domain.spec.cluster import Proxy

APT = "/etc/apt/apt.conf.d/95proxy"
# The agent puts the network here that a leased address lies in; nobody else knows it.
NETWORK = "@NETWORK@"
_HOST = re.compile(r"[A-Za-z0-9][-A-Za-z0-9.]*")


def proxy_files(node: NodeBootstrap) -> list[File]:
    if not node.proxy:
        return []
    drop_in = "\n".join(["[Service]", *map(_environment, environment(node).items())]) + "\n"
    drop_ins = [file(path, TEXT, drop_in) for path in _drop_ins()]
    return [*drop_ins, file(APT, TEXT, _apt(node.proxy))]


def incomplete_drop_ins(node: NodeBootstrap) -> list[str]:
    """Files that hold @NETWORK@."""
    return list(_drop_ins()) if node.proxy and node.nics[0].address is None else []


def environment(node: NodeBootstrap) -> dict[str, str]:
    """Empty without a proxy."""
    if not node.proxy:
        return {}
    values = {
        "HTTP_PROXY": node.proxy.http,
        "HTTPS_PROXY": node.proxy.https,
        "NO_PROXY": ",".join(dict.fromkeys((*_unproxied(node), *node.proxy.no_proxy))),
    }
    return {name: value for name, value in values.items() if value}


def _drop_ins() -> tuple[str, ...]:
    """Of the programs that pull images, or talk to the API of their cluster."""
    units = ("containerd", "kubelet")
    return tuple(f"/etc/systemd/system/{unit}.service.d/proxy.conf" for unit in units)


def _unproxied(node: NodeBootstrap) -> tuple[str, ...]:
    """The cluster's own addresses and names, and the service that its nodes report to."""
    pods, services = node.kubernetes.pod_cidr, node.kubernetes.service_cidr
    vip = (str(node.endpoint.vip),) if node.endpoint.vip else ()
    own = tuple(str(ip_interface(nic.address).network) for nic in node.nics if nic.address)
    leased = (NETWORK,) if node.nics[0].address is None else ()
    service = urlsplit(node.api_url).hostname or ""
    inside = ("localhost", "127.0.0.1", ".svc", ".cluster.local", node.api_host, *vip)
    return (*inside, str(pods), str(services), *own, *leased, service)


def _apt(proxy: Proxy) -> str:
    """apt knows exceptions by host name alone."""
    urls = {"http": proxy.http, "https": proxy.https}
    lines = [f'Acquire::{kind}::Proxy "{url}";' for kind, url in urls.items() if url]
    hosts = [host for host in proxy.no_proxy if _HOST.fullmatch(host)]
    direct = [f'Acquire::{kind}::Proxy::{host} "DIRECT";' for host in hosts for kind in urls]
    return "\n".join([*lines, *direct]) + "\n"


def _environment(value: tuple[str, str]) -> str:
    """systemd reads JSON's escapes; a percent sign would start one of its specifiers."""
    quoted = json.dumps("=".join(value)).replace("%", "%%")
    return f"Environment={quoted}"
