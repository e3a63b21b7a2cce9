"""One build as Packer is told of it: its variables, its command line, its environment."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

from provisioner.domain.spec.image import Variable
from provisioner.domain.virtual_machines import Fact
from provisioner.images.tools import PackerTools

SOURCES = {"clone": "vsphere-clone.image", "iso": "vsphere-iso.image"}
_PASSED_ON = ("PATH", "LANG", "TZ", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


class Site(Fact):
    """Where, in inventory paths. `resource_pool` is relative to the cluster, "" its own.

    `iso_folder` is on the datastore.

    `folder` is relative to the datacenter's VM folder. `template`: what is cloned, or "".
    """

    vcenter_server: str
    datacenter: str
    cluster: str
    resource_pool: str
    datastore: str
    iso_folder: str
    folder: str
    network: str
    vm_name: str
    template: str = ""


class BuildOrder(Fact):
    """`trust`: PEM of what vCenter's certificate is verified by. Where an ISO comes by https, its
    server is verified by the system's authorities, and then vCenter may be, too: Packer has one set
    of authorities for all it connects to. Never by the `ca_bundle` of whoever asks.

    `variables` are the user's; none of them can be one of the service's own.
    """

    source: Literal["clone", "iso"]
    definition: str
    kubernetes_version: str | None
    variables: Mapping[str, Variable]
    site: Site
    username: str
    password: SecretStr
    trust: str

    def secrets(self) -> tuple[str, ...]:
        return (self.password.get_secret_value(),)


class Work:
    """The folder of one build. Nothing that Packer writes lies elsewhere on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.variables = folder / "build.pkrvars.json"
        self.key = folder / "key"
        self.trust = folder / "trust.pem"
        self.manifest = folder / "manifest.json"
        self.report = folder / "self-check.json"


def variables(order: BuildOrder, work: Work, public_key: str) -> dict[str, Variable]:
    """The variables file. It holds no secret."""
    ours: dict[str, Variable] = {
        **order.site.model_dump(),
        "kubernetes_version": order.kubernetes_version or "",
        "ssh_private_key_file": str(work.key),
        "ssh_public_key": public_key,
        "manifest_file": str(work.manifest),
        "report_file": str(work.report),
    }
    return {**order.variables, **ours}


def command(order: BuildOrder, tools: PackerTools, templates: Path, work: Work) -> list[str]:
    """`templates`: the definitions' folder, absolute."""
    return [
        str(tools.program),
        "build",
        "-machine-readable",
        f"-only={SOURCES[order.source]}",
        f"-var-file={templates}/definitions/{order.definition}.pkrvars.hcl",
        f"-var-file={work.variables}",
        str(templates),
    ]


def environment(order: BuildOrder, tools: PackerTools, work: Work) -> dict[str, str]:
    """Of ours only what a program needs anywhere: our settings are none of Packer's business."""
    names = (*_PASSED_ON, *map(str.lower, _PASSED_ON))
    home = str(work.folder)
    found = {
        **{name: os.environ[name] for name in names if name in os.environ},
        "HOME": home,
        "TMPDIR": home,
        "CHECKPOINT_DISABLE": "1",
        "PACKER_PLUGIN_PATH": str(tools.plugins),
        "PACKER_CONFIG_DIR": home,
        "PACKER_CACHE_DIR": f"{home}/cache",
        "SSL_CERT_FILE": str(work.trust),
        "PKR_VAR_vcenter_username": order.username,
        "PKR_VAR_vcenter_password": order.password.get_secret_value(),
    }
    if _needs_the_systems_authorities(order):
        return found
    return {**found, "SSL_CERT_DIR": f"{home}/none"}


def _needs_the_systems_authorities(order: BuildOrder) -> bool:
    """A definition may have an ISO of its own that is not among the variables."""
    plain = str(order.variables.get("iso_url", "")).startswith("http://")
    return order.source == "iso" and not plain
