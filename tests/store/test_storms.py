"""Whatever happens in whatever order, a cluster ends as it was last asked for."""

from collections.abc import Callable
from random import Random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import RELEASE
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import CONTROL_PLANE
from provisioner.store import leadership, leases, resources
from provisioner.store.leases import Holder
from provisioner.store.tables import Lease, Node
from tests.store.estate import NODES, Estate
from tests.unit.documents import addresses, pool

TURNS = 30


class Storm:
    """One cluster to which anything may happen that can happen to it."""

    def __init__(self, estate: Estate, chance: Random) -> None:
        self.estate, self.chance = estate, chance
        self.sizes = {"pool1": 3}
        self.resource = estate.cluster(**self.document())
        vip = Holder(self.resource)
        estate.write(lambda session: leases.take(session, leases.VIP, NODES, "10.0.0.10", vip))

    def document(self) -> dict[str, object]:
        given = addresses("10.0.0.20-10.0.0.39")
        pools = [
            pool(name, size=size, addresses=given, placement=None)
            for name, size in self.sizes.items()
        ]
        return {"nodePools": pools}

    def change(self) -> None:
        self.sizes = {f"pool{n}": self.chance.randint(0, 4) for n in (1, 2) if self.coin()}
        self.estate.change(self.resource, **self.document())

    def retry(self) -> None:
        self.estate.locked(self.resource, lambda *of: resources.retry(*of, "bob"))

    def choose(self) -> None:
        self.estate.set(self.some(Phase.READY, workers=True), chosen=True)

    def fail(self) -> None:
        self.estate.set(self.some(Phase.CREATING), failure="it broke")

    def advance(self) -> None:
        self.estate.set(self.some(Phase.CREATING), powered_on_at=self.estate.now)

    def become_ready(self) -> None:
        self.estate.ready(self.some(Phase.CREATING))

    def finish_tasks(self) -> None:
        self.estate.finish(self.resource)

    def leave(self) -> None:
        """As removal does it once a VM is proven gone."""
        leaving = self.some(Phase.REMOVING)

        def free(session: Session) -> None:
            for node in leaving:
                leadership.clear(session, node.id)
                leases.free_of_node(session, node.id)

        self.estate.write(free)
        self.estate.set(leaving, phase=Phase.GONE)

    def some(self, phase: Phase, workers: bool = False) -> list[Node]:
        found = [node for node in self.nodes() if node.phase == phase]
        kept = [node for node in found if not workers or node.group != CONTROL_PLANE]
        return [node for node in kept if self.coin()]

    def coin(self) -> bool:
        return self.chance.random() < 0.5

    def nodes(self) -> list[Node]:
        return self.estate.nodes(self.resource)

    def blow(self) -> None:
        happenings: list[Callable[[], None]] = [
            *[self.advance, self.become_ready, self.leave] * 3,
            *(self.change, self.choose, self.fail, self.retry, self.finish_tasks),
        ]
        for _ in range(TURNS):
            self.chance.choice(happenings)()
            self.estate.look(self.resource, seconds=self.chance.randint(1, 20))
            self.check()

    def check(self) -> None:
        nodes = self.nodes()
        there = {node.id for node in nodes if node.phase != Phase.GONE}
        held = self.estate.read(lambda session: list(session.scalars(select(Lease))))
        assert {lease.node_id for lease in held if lease.node_id} == there
        alive = [node for node in nodes if node.phase in (Phase.CREATING, Phase.READY)]
        for group, size in {CONTROL_PLANE: 3, **self.sizes}.items():
            assert sum(node.group == group for node in alive) <= size

    def calm(self) -> None:
        self.retry()
        for _ in range(20):
            if self.estate.look(self.resource).settled:
                return
            self.chance = Always()
            self.finish_tasks()
            self.become_ready()
            self.leave()
        raise AssertionError("it does not settle")


class Always(Random):
    """Every coin falls on the same side."""

    def random(self) -> float:
        return 0.0


@pytest.mark.parametrize("seed", range(3))
def test_a_cluster_settles_after_any_storm(estate: Estate, seed: int) -> None:
    storm = Storm(estate, Random(seed))
    storm.blow()
    storm.calm()
    ready = [node.group for node in storm.nodes() if node.phase == Phase.READY]
    wanted = {CONTROL_PLANE: 3, **storm.sizes}
    assert sorted(ready) == sorted(group for group, size in wanted.items() for _ in range(size))
    assert estate.resource(storm.resource).status == "RUNNING"
    assert estate.operation(storm.resource).state == "succeeded"
    numbers = [event.number for event in estate.events(storm.resource)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("seed", range(4, 5))
def test_deletion_leaves_nothing_after_any_storm(estate: Estate, seed: int) -> None:
    storm = Storm(estate, Random(seed))
    storm.blow()
    estate.delete(storm.resource)
    estate.look(storm.resource)
    storm.chance = Always()
    storm.leave()
    estate.look(storm.resource)
    estate.finish(storm.resource, RELEASE)
    assert estate.look(storm.resource).gone
    left = estate.read(lambda session: list(session.scalars(select(Lease))))
    assert [lease.value for lease in left] == ["10.0.0.10"]
