"""From settings to everything a worker runs, put together in one visible place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.domain.clusters import KIND
from provisioner.domain.etcd_clusters import KIND as ETCD
from provisioner.domain.images import KIND as IMAGE
from provisioner.domain.load_balancers import KIND as LOAD_BALANCER
from provisioner.settings import Settings
from provisioner.store.database import Database
from provisioner.vault.vault import Vault
from provisioner.vsphere.vcenter import Pace
from workflows.activities.admission import AdmissionActivities
from workflows.activities.admission_rows import AdmissionRows
from workflows.activities.caring import CareActivities
from workflows.activities.configuring import Configuring
from workflows.activities.farewells import Farewells
from workflows.activities.folders import Folders
from workflows.activities.hearing import Hearing
from workflows.activities.looking import LookActivities
from workflows.activities.machine_rows import MachineRows
from workflows.activities.machines import Hands, MachineActivities
from workflows.activities.retirement import Drains, RetirementActivities
from workflows.activities.sightings import Sightings
from workflows.activities.tasks import InVCenters, TaskActivities
from workflows.activities.unsettled import UnsettledActivities
from workflows.activities.vcenters import VCenterActivities
from workflows.connections import Connections, Usage
from workflows.kinds.cluster import ClusterKind
from workflows.kinds.cluster_access import ClusterAccess
from workflows.kinds.etcd_access import EtcdAccess
from workflows.kinds.etcd_cluster import EtcdClusterKind
from workflows.kinds.image_care import ImageCare
from workflows.kinds.image_reach import Reach
from workflows.kinds.image_rows import ImageRows
from workflows.kinds.image_tasks import ImageTasks
from workflows.kinds.image_turns import ImageTurns
from workflows.kinds.interface import Carer, Kind, Listener
from workflows.kinds.load_balancer import LoadBalancerKind
from workflows.poking import Poker
from workflows.threads import Threads

# pyVmomi gains nothing from more: the interpreter is the limit (measured on the simulator).
_SOAP_THREADS = 16
_THREADS = 32
_DRAIN_THREADS = 64
_CARE_THREADS = 16


@dataclass(frozen=True)
class Composition:
    database: Database
    vault: Vault
    connections: Connections
    threads: tuple[Threads, ...]
    activities: tuple[Callable[..., Any], ...]

    async def close(self) -> None:
        await self.connections.close()
        for pool in self.threads:
            pool.close()
        self.vault.close()
        self.database.close()


def compose(settings: Settings, database: Database, vault: Vault) -> Composition:
    """What the product runs."""
    access = ClusterAccess(database, vault)
    cluster = ClusterKind(database, vault, access, ChosenBootstrapper(), settings)
    etcd = EtcdClusterKind(database, vault, EtcdAccess(database, vault), settings)
    balancer = LoadBalancerKind(database, vault, settings)
    kinds: dict[str, Kind] = {KIND: cluster, ETCD: etcd, LOAD_BALANCER: balancer}
    return assemble(settings, database, vault, kinds)


def assemble(
    settings: Settings,
    database: Database,
    vault: Vault,
    kinds: Mapping[str, Kind],
    pace: Pace | None = None,
) -> Composition:
    """The machinery, for whatever kinds of resources there are. Tests keep a quicker `pace`."""
    pools = _Pools()
    usage = Usage(pools.soap, settings.concurrent_clones, pace)
    connections = Connections(database, vault, pools.work, usage)
    parts = _Parts(settings, database, connections, kinds, pools)
    look = LookActivities(database, settings.deadlines, settings.replacement, pools.work)
    machines, vcenters = parts.machines(), parts.vcenters()
    activities = (
        look.look,
        machines.create_machine,
        machines.destroy_machine,
        parts.admission().admit,
        parts.retirement().retire,
        parts.tasks().run_task,
        vcenters.verify,
        vcenters.watch,
        UnsettledActivities(database, vault, pools.work).poke_unsettled,
        parts.care().care,
    )
    return Composition(database, vault, connections, pools.all(), activities)


@dataclass(frozen=True)
class _Pools:
    """Threads apart, so that no work waits for what it has nothing to do with."""

    work: Threads = field(default_factory=lambda: Threads(_THREADS, "work"))
    soap: Threads = field(default_factory=lambda: Threads(_SOAP_THREADS, "soap"))
    drains: Threads = field(default_factory=lambda: Threads(_DRAIN_THREADS, "drain"))
    cares: Threads = field(default_factory=lambda: Threads(_CARE_THREADS, "care"))

    def all(self) -> tuple[Threads, ...]:
        return self.work, self.soap, self.drains, self.cares


@dataclass(frozen=True)
class _Parts:
    """The activities by subject, on what all of them share."""

    settings: Settings
    database: Database
    connections: Connections
    kinds: Mapping[str, Kind]
    pools: _Pools
    poker: Poker = field(default_factory=Poker)

    def machines(self) -> MachineActivities:
        rows, work = MachineRows(self.database), self.pools.work
        hands = Hands(work, self.pools.drains)
        farewells = Farewells(self.database, self.kinds, work)
        return MachineActivities(rows, self.connections, self.kinds, self.poker, hands, farewells)

    def admission(self) -> AdmissionActivities:
        rows, work = AdmissionRows(self.database), self.pools.work
        return AdmissionActivities(rows, self.connections, self.kinds, self.poker, work)

    def retirement(self) -> RetirementActivities:
        drains = Drains(self.pools.drains, timedelta(seconds=self.settings.drain_seconds))
        return RetirementActivities(self.database, self.kinds, self.pools.work, drains)

    def tasks(self) -> TaskActivities:
        database, connections, work = self.database, self.connections, self.pools.work
        at_vcenters = InVCenters(
            Folders(database, connections, work),
            Configuring(database, connections, self.kinds, work),
            runners={IMAGE: self._images()},
        )
        deadlines = self.settings.deadlines
        return TaskActivities(database, self.kinds, at_vcenters, self.poker, work, deadlines)

    def _images(self) -> ImageTasks:
        database, work = self.database, self.pools.work
        reach = Reach(ImageRows(database), self.connections, work, self.poker)
        turns = ImageTurns(database, work, self.settings.concurrent_image_builds)
        return ImageTasks(reach, turns, self.settings)

    def vcenters(self) -> VCenterActivities:
        seen, pools = Sightings(self.database), self.pools
        return VCenterActivities(seen, self.connections, self.poker, pools.work, pools.soap)

    def care(self) -> CareActivities:
        carers: dict[str, Carer] = {**self.kinds, IMAGE: ImageCare(self.database)}
        listeners = {name: kind for name, kind in self.kinds.items() if isinstance(kind, Listener)}
        hearing = Hearing(self.database, self.connections, listeners, self.pools.work)
        every = timedelta(seconds=self.settings.care_seconds)
        return CareActivities(self.database, carers, hearing, self.pools.cares, every)
