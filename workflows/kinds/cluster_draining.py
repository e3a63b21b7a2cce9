"""Empties a node of its cluster: its pods are evicted, and then its volumes are detached."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioner.kubernetes.errors import DrainBlocked
from provisioner.store.tables import Node
from provisioner.store.types import utc_now
from workflows.kinds.cluster_access import ClusterAccess

_POLL_SECONDS = 1.0


@dataclass(frozen=True)
class Draining:
    """`detach`: how long volumes may take once the pods are gone. `round`: after so long a drain
    goes on with a fresh certificate, as the one it began with ends.
    """

    access: ClusterAccess
    detach: timedelta
    round: timedelta = timedelta(minutes=1)

    def run(self, node: Node, until: datetime, tick: Callable[[], None]) -> str | None:
        """Why it is not empty in the end. Evicts until then; whatever `tick` raises ends it.

        Raises KubernetesError, VaultError.
        """
        self.access.api(node.resource_id).cordon(node.name)
        try:
            self._evict(node, until, tick)
        except DrainBlocked as err:
            return str(err)
        return self._await_detached(node, min(utc_now(), until) + self.detach, tick)

    def release(self, node: Node, tick: Callable[[], None]) -> None:
        """The volumes of a node whose VM is proven gone go to where its pods are made anew.

        Kubernetes believes nobody else that nothing runs there, and would wait for six minutes.
        """
        api = self.access.api(node.resource_id)
        if api.has_node(node.name) and api.attached_volumes(node.name):
            api.mark_out_of_service(node.name)
            self._await_detached(node, utc_now() + self.detach, tick)

    def _evict(self, node: Node, until: datetime, tick: Callable[[], None]) -> None:
        """Raises DrainBlocked with what is left then."""
        while True:
            left = until - utc_now()
            seconds = max(0.0, min(left, self.round).total_seconds())
            try:
                return self.access.api(node.resource_id).drain(node.name, seconds, tick)
            except DrainBlocked:
                if left <= self.round:
                    raise

    def _await_detached(self, node: Node, until: datetime, tick: Callable[[], None]) -> str | None:
        """Whose pods are gone, Kubernetes detaches by itself."""
        while volumes := self.access.api(node.resource_id).attached_volumes(node.name):
            tick()
            if utc_now() >= until:
                return f"{node.name} still has volumes attached: {', '.join(volumes)}"
            time.sleep(_POLL_SECONDS)
        return None
