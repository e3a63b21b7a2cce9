"""Where resources of each kind are found, and which commands are about them."""

from api.cli.client import Document

_COLLECTIONS = {"cluster": "clusters", "etcd-cluster": "etcd-clusters"}
_COMMANDS = {"cluster": "cluster", "etcd-cluster": "etcd"}


def collection(operation: Document) -> str:
    """The first segment of the path of what the operation changes."""
    return _COLLECTIONS[_kind(operation)]


def command(operation: Document) -> str:
    """`cluster` of `pkectl cluster events ...`."""
    return _COMMANDS[_kind(operation)]


def title(operation: Document) -> str:
    return _kind(operation).replace("-", " ")


def _kind(operation: Document) -> str:
    return str(operation["cluster"].get("kind", "cluster"))
