"""What a client of a running stack has to know: the content of `stack.json`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from lab.stack.files import write_private
from provisioner.domain.virtual_machines import VCenterAccess


class VCenterFacts(BaseModel):
    """`faults` is the URL that makes the simulator fail and be slow on request."""

    model_config = ConfigDict(frozen=True)

    name: str
    host: str
    port: int
    username: str
    password: str = Field(repr=False)
    thumbprint: str
    faults: str

    def access(self) -> VCenterAccess:
        return VCenterAccess(
            host=self.host,
            port=self.port,
            username=self.username,
            password=SecretStr(self.password),
            thumbprint=self.thumbprint,
        )


class VaultFacts(BaseModel):
    model_config = ConfigDict(frozen=True)

    url: str
    token: str = Field(repr=False)


class StackFacts(BaseModel):
    """`token` is that of an administrator of the organisation `orgId`.

    `ca_file` verifies the API's certificate if it has one; `guests` is where guests are told to
    misbehave, and listed.
    """

    model_config = ConfigDict(frozen=True, validate_by_name=True, validate_by_alias=True)

    api: str
    token: str = Field(repr=False)
    org_id: int = Field(alias="orgId")
    vcenter: VCenterFacts
    temporal: str
    vault: VaultFacts
    database: str
    logs: str
    ca_file: str | None = Field(default=None, alias="caFile")
    guests: str = ""

    def write(self, file: Path) -> None:
        """Appears at once or not at all, readable by its owner only: it holds secrets."""
        write_private(file, self.model_dump_json(by_alias=True, indent=2) + "\n")

    @classmethod
    def read(cls, file: Path) -> "StackFacts":
        return cls.model_validate_json(file.read_text())
