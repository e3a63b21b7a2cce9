"""The configuration file of `python -m lab.guests`."""

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


class GuestsConfig(BaseModel):
    """`folder` holds the guests' disks. `ready_file` is written when guests are being run.

    `light` runs workers without an agent, for benchmarks.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    vcenter: VCenterConfig
    folder: Path
    ready_file: Path
    control_port: int = 0
    light: bool = False
