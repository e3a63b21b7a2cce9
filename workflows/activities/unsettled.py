"""What the minute's schedule looks after: lost hints, VMs that came back, abandoned trials."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import select
from temporalio import activity

from provisioner.domain.conditions import Status
from provisioner.domain.nodes import Phase
from provisioner.store import nodes, secrets, vcenters
from provisioner.store.database import Database
from provisioner.store.tables import MachineRow, Node, Resource
from provisioner.store.types import utc_now
from provisioner.vault.vault import Vault
from workflows.contracts import (
    NODE_REMOVE,
    VCENTER_WATCH,
    NodeInput,
    remove_workflow,
    watch_workflow,
)
from workflows.poking import start, wake, wake_admission
from workflows.threads import Threads

# The API is through with a vCenter's trial, and with a secret, sooner.
_TRIAL = timedelta(minutes=5)


class UnsettledActivities:
    def __init__(self, database: Database, vault: Vault, threads: Threads) -> None:
        self._database, self._vault, self._threads = database, vault, threads

    @activity.defn
    async def poke_unsettled(self) -> None:
        for kind, resource in await self._threads.run(self._unsettled):
            await wake(kind, resource)
        for kind, resource in await self._threads.run(self._unadmitted):
            await wake_admission(kind, resource)
        for node in await self._threads.run(self._returned):
            await start(NODE_REMOVE, NodeInput(node=node), remove_workflow(node), again=True)
        for vcenter in await self._threads.run(self._watched):
            await start(VCENTER_WATCH, vcenter, watch_workflow(vcenter), again=True)
        await self._threads.run(self._sweep_trials)
        await self._threads.run(self._sweep_secrets)

    def _unsettled(self) -> list[tuple[str, str]]:
        """Whatever is not as asked, the stuck ones too: room or a template may have come."""
        query = select(Resource.kind, Resource.id).where(
            Resource.deleted_at.is_(None),
            (Resource.status != Status.RUNNING)
            | (Resource.observed_generation != Resource.generation),
        )
        with self._database.read() as session:
            return [(kind, resource) for kind, resource in session.execute(query)]

    def _unadmitted(self) -> list[tuple[str, str]]:
        """Resources with nodes that reported ready, and are no members yet."""
        query = select(Resource.kind, Resource.id).join(Node, Node.resource_id == Resource.id)
        with self._database.read() as session:
            found = session.execute(query.where(*nodes.UNADMITTED).distinct())
            return [(kind, resource) for kind, resource in found]

    def _returned(self) -> Iterable[str]:
        """Late clones: VMs of nodes that were removed before vCenter had told of their VM.

        Whose VM was known and proven gone is not meant: what bears its mark now came by other
        ways, from a backup perhaps, and is nobody's to destroy.
        """
        query = select(Node.id).join(
            MachineRow,
            (MachineRow.instance_uuid == Node.instance_uuid)
            & (MachineRow.vcenter_id == Node.vcenter_id),
        )
        with self._database.read() as session:
            return list(
                session.scalars(query.where(Node.phase == Phase.GONE, Node.moref.is_(None)))
            )

    def _watched(self) -> list[str]:
        with self._database.read() as session:
            return [row.id for row in vcenters.listed(session) if row.state != "unverified"]

    def _sweep_trials(self) -> None:
        """The secret first: without its row nobody would find it."""
        with self._database.read() as session:
            found = vcenters.abandoned(session, utc_now() - _TRIAL)
        for trial in found:
            self._vault.delete_secret(trial.secret_path)
            with self._database.write() as session:
                vcenters.remove(session, vcenters.get(session, trial.id))

    def _sweep_secrets(self) -> None:
        """Those whose writing or deletion nobody lived to end."""
        with self._database.read() as session:
            found = secrets.unfinished(session, utc_now() - _TRIAL)
        for left in found:
            self._vault.delete_secret(left.secret_path)
            with self._database.write() as session:
                if row := secrets.locked(session, left.id):
                    session.delete(row)
