"""From settings to everything a worker runs, put together in one visible place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
from workflows.activities.caring import CareActivities
from workflows.activities.configuring import Configuring
from workflows.activities.farewells import Farewells
from workflows.activities.folders import Folders
from workflows.activities.hearing import Hearing
from workflows.activities.looking import LookActivities
from workflows.activities.machine_rows import MachineRows
from workflows.activities.machines import Hands, MachineActivities
from workflows.activities.membership import MembershipActivities, Retirement
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
    threads, soap = Threads(_THREADS, "work"), Threads(_SOAP_THREADS, "soap")
    usage = Usage(soap, settings.concurrent_clones, pace)
    connections = Connections(database, vault, threads, usage)
    poker = Poker()
    looking = LookActivities(database, settings.deadlines, settings.replacement, threads)
    drains = Threads(_DRAIN_THREADS, "drain")
    hands = Hands(threads, drains)
    farewells = Farewells(database, kinds, threads)
    rows = MachineRows(database)
    machines = MachineActivities(rows, connections, kinds, poker, hands, farewells)
    retirement = Retirement(drains, timedelta(seconds=settings.drain_seconds))
    membership = MembershipActivities(database, connections, kinds, poker, threads, retirement)
    images = Reach(ImageRows(database), connections, threads, poker)
    turns = ImageTurns(database, threads, settings.concurrent_image_builds)
    at_vcenters = InVCenters(
        Folders(database, connections, threads),
        Configuring(database, connections, kinds, threads),
        runners={IMAGE: ImageTasks(images, turns, settings)},
    )
    tasks = TaskActivities(database, kinds, at_vcenters, poker, threads, settings.deadlines)
    vcenters = VCenterActivities(Sightings(database), connections, poker, threads, soap)
    unsettled = UnsettledActivities(database, vault, threads)
    cares = Threads(_CARE_THREADS, "care")
    carers: dict[str, Carer] = {**kinds, IMAGE: ImageCare(database)}
    every = timedelta(seconds=settings.care_seconds)
    listeners = {name: kind for name, kind in kinds.items() if isinstance(kind, Listener)}
    hearing = Hearing(database, connections, listeners, threads)
    care = CareActivities(database, carers, hearing, cares, every)
    return Composition(
        database,
        vault,
        connections,
        (threads, soap, drains, cares),
        (
            looking.look,
            machines.create_machine,
            machines.destroy_machine,
            membership.admit,
            membership.retire,
            tasks.run_task,
            vcenters.verify,
            vcenters.watch,
            unsettled.poke_unsettled,
            care.care,
        ),
    )
