"""A node is emptied by the Eviction API before it goes: disruption budgets have their say, up to
the deadline."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from lab.guests.kubernetes.pods import SeedPod
from provisioner.domain.clusters import KIND
from provisioner.domain.nodes import Phase
from provisioner.store import resources
from provisioner.store.database import Database
from tests.unit.documents import cluster_document
from tests.workflow.kubernetes_guests import KubernetesGuests
from tests.workflow.plain_document import TEMPLATE
from tests.workflow.site import VCENTER_NAME, Site
from tests.workflow.subject import USER, Subject
from workflows.composition import compose

ADDRESS = "127.77.200.2"
APP = {"app": "web"}


@dataclass(frozen=True)
class Workload:
    """One pod on each worker; `budget` is how many of them must run."""

    subject: Subject
    guests: KubernetesGuests

    def place(self) -> None:
        for number, node in enumerate(self.subject.nodes("pool1")):
            pod = SeedPod("default", f"web-{number}", node.name, labels=APP)
            self.guests.cluster.add_pod(pod)

    def budget(self, least: int) -> None:
        self.guests.cluster.set_disruption_budget("default", "web", APP, least)

    def asked(self) -> int:
        """Evictions so far."""
        return self.guests.cluster.requests["POST pods"]

    def leave_one_worker(self) -> None:
        with self.subject.site.database.write() as session:
            row = resources.lock(session, self.subject.id)
            resources.change(session, row, "scale", USER, _document(workers=1))
        self.subject.poke()

    @property
    def leaving(self) -> list[str]:
        return [node.name for node in self.subject.nodes() if node.phase == Phase.REMOVING]


async def test_a_budget_holds_a_drain_until_it_is_met(site: Site) -> None:
    async with _two_workers(site, drain_seconds=60) as workload:
        subject = workload.subject
        workload.budget(2)
        workload.leave_one_worker()
        await subject.until(lambda: workload.asked() > 1)
        assert len(workload.leaving) == 1
        assert len(subject.machines()) == 3
        workload.budget(1)
        await subject.becomes("RUNNING")
        assert len(subject.machines()) == 2
        assert subject.events("RetireWarning") == []
        assert len(workload.guests.cluster.pod_names()) == 2
        assert len(workload.guests.cluster.node_names()) == 2


async def test_at_the_deadline_it_goes_all_the_same_and_says_what_was_left(site: Site) -> None:
    async with _two_workers(site, drain_seconds=1) as workload:
        workload.budget(2)
        workload.leave_one_worker()
        await workload.subject.becomes("RUNNING")
        [warning] = workload.subject.events("RetireWarning")
        assert "default/web-" in warning.message
        assert "is kept by its disruption budget" in warning.message
        assert len(workload.subject.machines()) == 2


async def test_a_deletion_waits_for_no_budget(site: Site) -> None:
    async with _two_workers(site, drain_seconds=600) as workload:
        subject = workload.subject
        workload.budget(2)
        workload.leave_one_worker()
        await subject.until(lambda: workload.asked() > 1)
        subject.delete()
        await subject.until(lambda: subject.row.deleted_at is not None)
        assert subject.machines() == []


@asynccontextmanager
async def _two_workers(site: Site, *, drain_seconds: int) -> AsyncIterator[Workload]:
    settings = site.settings.model_copy(update={"drain_seconds": drain_seconds})
    database = Database(settings.database_url.get_secret_value())
    async with site.worker(compose(settings, database, site.servers.vault())):
        await site.begin()
        asked = resources.NewResource(
            site.org_id, KIND, "c1", site.vcenter_id, _document(workers=2), USER
        )
        with site.database.write() as session:
            resource, _ = resources.create(session, asked)
        subject = Subject(site, resource.id, KIND)
        subject.guests = guests = KubernetesGuests(site, resource.id)
        subject.poke()
        await subject.until(lambda: subject.task_states().get("certificates") == "done")
        with guests.serving(ADDRESS):
            await subject.becomes("RUNNING")
            workload = Workload(subject, guests)
            workload.place()
            yield workload


def _document(*, workers: int) -> dict[str, object]:
    return cluster_document(
        vcenter=VCENTER_NAME,
        endpoint={"vip": ADDRESS},
        controlPlane={"size": 1, "template": TEMPLATE},
        nodePools=[{"name": "pool1", "size": workers, "template": TEMPLATE}],
    )
