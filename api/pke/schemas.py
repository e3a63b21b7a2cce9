"""The wire of the node API. What pke does not know it ignores, and so do we."""

import base64
import binascii
from ipaddress import IPv4Address
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

from api.schemas import Out


class StatusReport(BaseModel):
    phase: Annotated[str, Field(max_length=100)] = ""
    message: Annotated[str, Field(max_length=100_000)] = ""
    status: Literal["running", "finished", "failed", "canceled"]
    final: bool = False

    @property
    def text(self) -> str:
        return f"{self.phase}: {self.message}"[:2000]


class Process(Out):
    process_id: str


class LeaderClaim(BaseModel):
    hostname: Annotated[str, Field(min_length=1, max_length=253)]
    ip: IPv4Address


class Leader(BaseModel):
    hostname: str
    ip: str


class MasterState(BaseModel):
    ready: bool


class ReadyState(BaseModel):
    master: MasterState


class ReadyReport(BaseModel):
    """`config` is a kubeconfig; it only means ready and is not kept."""

    config: str | None = None

    @field_validator("config")
    @classmethod
    def _base64(cls, value: str | None) -> str | None:
        try:
            base64.b64decode(value or "", validate=True)
        except binascii.Error:
            raise ValueError("is not base64") from None
        return value


class JoinParameters(Out):
    """`certificateAuthority` (PEM) is our addition; pke ignores it."""

    token: str
    discovery_token_ca_cert_hash: str
    master_address: str
    certificate_authority: str


class EtcdMemberFiles(Out):
    """`configuration` is an environment file; the rest is PEM."""

    configuration: str
    authority: str
    certificate: str
    private_key: str


class ImageRegistryLogin(BaseModel):
    server: str
    username: str
    password: str


class ImageRegistryLogins(BaseModel):
    logins: list[ImageRegistryLogin]


class CertificatesSecret(BaseModel):
    id: str
    name: str
    type: str
    tags: list[str]
    values: dict[str, str]
