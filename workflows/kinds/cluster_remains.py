"""What a cluster still knows of nodes that are gone, and should not."""

from collections.abc import Iterable
from datetime import timedelta

from provisioner.domain.conditions import Condition
from provisioner.settings import Settings
from provisioner.store import nodes
from provisioner.store.database import Database
from provisioner.store.types import utc_now
from workflows.kinds.cluster_care import Subject

CONDITION = "GoneNodesForgotten"


class ClusterRemains:
    """Finds what could not be deleted when their VMs went, as the API did not answer."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._life = timedelta(seconds=settings.join_token_seconds)

    def look(self, subject: Subject) -> Iterable[Condition]:
        """Deletes their Nodes, without which their pods would stay, and their live tokens.

        A Node that no row of ours ever stood for is somebody else's.
        """
        with self._database.read() as session:
            gone = nodes.graves(session, subject.resource_id)
        names = {grave.name for grave in gone}
        for name in subject.api.node_names():
            if name in names:
                subject.api.delete_node(name)
        youngest = utc_now() - self._life
        for grave in gone:
            if grave.join_token_id and grave.gone_at and grave.gone_at > youngest:
                subject.api.delete_bootstrap_token(grave.join_token_id)
        return ()
