"""What the VMs of a load balancer's members are given, by the document."""

import base64
import gzip
import re
from collections.abc import Mapping
from typing import Any

import yaml
from pydantic import SecretStr

from provisioner.bootstrap.guestinfo import USERDATA
from provisioner.bootstrap.identity import Identity, ServiceAccess
from provisioner.bootstrap.load_balancer import render, rendered
from provisioner.bootstrap.model import NicConfig
from provisioner.domain.load_balancers import LoadBalancerDocument
from provisioner.domain.spec.load_balancer import LoadBalancerSpec
from provisioner.domain.spec.load_balancer_checks import check_load_balancer
from provisioner.domain.spec.reading import read
from provisioner.edge import layout
from provisioner.edge.configuration import Configuration
from provisioner.edge.model import AdminState

_ACCESS = ServiceAccess(url="https://pke.example.org/base")


def recorded(
    body: Mapping[str, Any], states: Mapping[str, AdminState] | None = None
) -> LoadBalancerDocument:
    """The document as it is on record; `states` of servers by name."""
    read(LoadBalancerSpec, body, check_load_balancer)
    return LoadBalancerDocument.model_validate({**body, "serverStates": states or {}})


def configured(document: LoadBalancerDocument, router_id: int, member: str) -> Configuration:
    """`router_id` of the first member; each has the next."""
    names = [one.name for one in document.members]
    return rendered(document, {name: router_id + at for at, name in enumerate(names)})[member]


def hasty(wanted: Configuration) -> Configuration:
    """VIPs return to a member that is well after a second: for tests of something else."""
    patient = wanted.files[layout.KEEPALIVED]
    text = re.sub(r"preempt_delay \d+", "preempt_delay 1", patient)
    files = wanted.files | {layout.KEEPALIVED: text}
    return wanted.model_copy(update={"files": files})


def first_files(
    document: LoadBalancerDocument, wanted: Configuration, member: str, macs: list[str]
) -> list[dict[str, str]]:
    """cloud-init's `write_files`."""
    own = Identity(
        node_name=member,
        instance_id="1",
        org_number=1,
        cluster_number=1,
        token=SecretStr("nobody's"),
        nics=tuple(NicConfig(mac=mac) for mac in macs),
    )
    packed = render(document, member, wanted, own, _ACCESS)[USERDATA]
    text = gzip.decompress(base64.b64decode(packed))
    files: list[dict[str, str]] = yaml.load(text, yaml.CSafeLoader)["write_files"]
    return files
