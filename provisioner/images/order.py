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
    """`trust`: PEM of what vCenter's certificate is verified by: never the `ca_bundle` of whoever
    asks, never the system's authorities.

    `variables` are the user's; none of them can be one of the service's own. `iso_url`: theirs or
    the definition's, "" without an installer.
    """

    source: Literal["clone", "iso"]
    definition: str
    kubernetes_version: str | None
    variables: Mapping[str, Variable]
    site: Site
    iso_url: str = ""
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
        self.installer = folder / "installer.iso"
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
    fetched = {"iso_url": str(work.installer)} if fetches_installer(order) else {}
    return {**order.variables, **ours, **fetched}


def fetches_installer(order: BuildOrder) -> bool:
    """Packer would verify the ISO's server and vCenter by the same authorities."""
    return order.iso_url.startswith("https://")


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
    return {
        **{name: os.environ[name] for name in names if name in os.environ},
        "HOME": home,
        "TMPDIR": home,
        "CHECKPOINT_DISABLE": "1",
        "PACKER_PLUGIN_PATH": str(tools.plugins),
        "PACKER_CONFIG_DIR": home,
        "PACKER_CACHE_DIR": f"{home}/cache",
        "SSL_CERT_FILE": str(work.trust),
        "SSL_CERT_DIR": f"{home}/none",
        "PKR_VAR_vcenter_username": order.username,
        "PKR_VAR_vcenter_password": order.password.get_secret_value(),
    }
