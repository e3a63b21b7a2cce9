"""The kinds of resources made of VMs, by how their documents are read."""

from collections.abc import Mapping
from typing import Any, Protocol

from provisioner.domain import clusters
from provisioner.domain.wanted import Wanted


class Reader(Protocol):
    def __call__(
        self, document: Mapping[str, Any], *, generation: int, epoch: int, deleting: bool
    ) -> Wanted:
        """`document` was accepted when it was recorded."""


READERS: dict[str, Reader] = {clusters.KIND: clusters.read}
