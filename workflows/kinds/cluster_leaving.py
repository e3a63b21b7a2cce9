"""How nodes leave a cluster: emptied before their VM goes, forgotten after it."""

from contextlib import suppress
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from provisioner.settings import Settings
from provisioner.store import leadership, nodes, resources
from provisioner.store.database import Database
from provisioner.store.tables import Node, Resource
from provisioner.vault.vault import Vault
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.cluster_draining import Draining
from workflows.kinds.cluster_joining import ClusterJoining
from workflows.kinds.external_etcd import forget_false_start
from workflows.kinds.interface import Unwanted


class _Abandoned(Exception):
    """Ends what nobody needs any more."""


class ClusterLeaving:
    def __init__(
        self,
        database: Database,
        vault: Vault,
        access: ClusterAccess,
        joining: ClusterJoining,
        settings: Settings,
    ) -> None:
        self._database, self._vault, self._access = database, vault, access
        self._joining = joining
        self._draining = Draining(access, timedelta(seconds=settings.detach_seconds))

    def retire(self, node_id: str, until: datetime, unwanted: Unwanted) -> str | None:
        with self._database.read() as session:
            node = nodes.get(session, node_id)

        def go_on() -> None:
            if unwanted():
                raise _Abandoned

        try:
            left = self._draining.run(node, until, go_on)
        except _Abandoned:
            return None
        self._access.api(node.resource_id).delete_node(node.name)
        return f"{left}; it is removed all the same" if left else None

    def bury(self, node_id: str, unwanted: Unwanted) -> None:
        """Nobody remembers it who goes as well, or was never there."""
        with self._database.read() as session:
            node, resource = _known(session, node_id)
            survived = leadership.ready_member(session, resource.id) is not None
        if resource.deletion_requested_at or not survived:
            return
        api = self._access.api(node.resource_id)
        if node.join_token_id:
            api.delete_bootstrap_token(node.join_token_id)
        if not (node.join_token_id or node.leading_at):
            return

        def go_on() -> None:
            if unwanted() or self._goes(resource.id):
                raise _Abandoned

        with suppress(_Abandoned):
            self._draining.release(node, go_on)
            api.delete_node(node.name)

    def clean_up(self, node_id: str) -> None:
        with self._database.read() as session:
            node, resource = _known(session, node_id)
        if resource.deletion_requested_at is None:
            forget_false_start(self._database, self._vault, node)
        self._joining.forget_token(node)

    def _goes(self, resource_id: str) -> bool:
        with self._database.read() as session:
            return resources.get(session, resource_id).deletion_requested_at is not None


def _known(session: Session, node_id: str) -> tuple[Node, Resource]:
    node = nodes.get(session, node_id)
    return node, resources.get(session, node.resource_id)
