"""Where resources of each kind are found, and which commands are about them."""

from dataclasses import dataclass

from api.cli.client import Document, path


@dataclass(frozen=True)
class Kind:
    """`collection`: first segment of their paths; `command`: `etcd` of `pkectl etcd ...`.

    `making`: segments before the name where one is tried again, if not its own path.
    """

    name: str
    collection: str
    command: str
    has_nodes: bool = True
    making: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return self.name.replace("-", " ")

    def path(self, *segments: str) -> str:
        return path(self.collection, *segments)

    def making_path(self, *segments: str) -> str:
        return path(self.collection, *self.making, *segments)


CLUSTER = Kind("cluster", "clusters", "cluster")
ETCD_CLUSTER = Kind("etcd-cluster", "etcd-clusters", "etcd")
IMAGE = Kind("image", "images", "image", has_nodes=False, making=("builds",))
LOAD_BALANCER = Kind("load-balancer", "loadbalancers", "lb")
_KINDS = {kind.name: kind for kind in (CLUSTER, ETCD_CLUSTER, IMAGE, LOAD_BALANCER)}


def kind_of(operation: Document) -> Kind:
    """Of what the operation changes."""
    return _KINDS[operation["cluster"].get("kind", CLUSTER.name)]


def is_making(operation: Document) -> bool:
    """Whether it has a log, and can be cancelled."""
    return bool(kind_of(operation).making) and operation["kind"] != "delete"
