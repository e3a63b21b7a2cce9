"""What vSphere's two add-ons have in common: the vCenter, and an account of its own for them."""

from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True)
class VSphere:
    """`authority` are the CA certificates (PEM) that verify the vCenter, `thumbprint` the SHA-256
    of its own (as AA:BB:...); without either the system's CAs do.
    """

    server: str
    port: int
    user: SecretStr
    password: SecretStr
    datacenters: tuple[str, ...]
    authority: str | None = None
    thumbprint: str | None = None
