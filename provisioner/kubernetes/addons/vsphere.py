"""What vSphere's two add-ons have in common: the vCenter, and an account of its own for them."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True)
class VSphere:
    """`authority` are the CA certificates (PEM) that verify the vCenter; system CAs if None."""

    server: str
    port: int
    user: SecretStr
    password: SecretStr
    datacenters: tuple[str, ...]
    authority: str | None = None
