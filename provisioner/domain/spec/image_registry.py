"""How a cluster's nodes may read in its image registry."""

from pydantic import Field

from provisioner.domain.spec.document import Document, Label


class ImageRegistryLogin(Document):
    """Nodes fetch it when they are made; other values or another secret reach later nodes only."""

    secret: Label = Field(description="Name of a secret of type registry: pkectl secret create.")


def host_of(registry: str) -> str:
    """`host[:port]` of `host[:port][/path]`."""
    return registry.partition("/")[0]
