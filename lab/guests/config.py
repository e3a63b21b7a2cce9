"""The configuration file of `python -m lab.guests`."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr

from provisioner.domain.virtual_machines import VCenterAccess


class VCenterConfig(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str
    port: int
    username: str
    password_file: Path
    thumbprint: str

    def access(self) -> VCenterAccess:
        return VCenterAccess(
            host=self.host,
            port=self.port,
            username=self.username,
            password=SecretStr(self.password_file.read_text().strip()),
            thumbprint=self.thumbprint,
        )


class Image(BaseModel):
    """What a template is for a real machine: the root file system that its clones start with, and
    containerd's folder with the images in it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    rootfs: Path
    seed: Path | None = None


class Machines(BaseModel):
    """`lab` names the cgroup of them all; `images` by template, `bridges` by port group.

    Guests whose image names no DNS server ask `nameserver`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    lab: str
    images: Mapping[str, Image]
    bridges: Mapping[str, str]
    nameserver: str


class GuestsConfig(BaseModel):
    """`folder` holds the guests' disks. `ready_file` is written when guests are being run.

    `light` runs workers without an agent, for benchmarks; with `machines`, guests are real.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vcenter: VCenterConfig
    folder: Path
    ready_file: Path
    control_port: int = 0
    light: bool = False
    machines: Machines | None = None
