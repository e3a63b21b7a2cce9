"""Makes something happen to a cluster, and tells what its client saw and who held the address."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from tests.net.answers import answering, outage
from tests.net.client import Client
from tests.net.masters import Cluster, Master

T = TypeVar("T")
DEADLINE_SECONDS = 90.0
# After which at most one master may hold the address.
SETTLED_SECONDS = 5.0
STEADY_SECONDS = 0.5
# Who answered before the event is told, too; on a busy machine a try may take a while.
BEFORE_SECONDS = 0.4
OUTAGES = ("api_killed_s", "link_down_s", "partition_s", "master_replaced_s")


@dataclass
class Figures:
    """What this run measured; the same keys as in build/vip.json."""

    outages: dict[str, float] = field(default_factory=dict)
    holders: list[int] = field(default_factory=list)

    def note(self, name: str, seconds: float) -> None:
        """The worst one counts."""
        self.outages[name] = max(self.outages.get(name, 0.0), round(seconds, 3))

    def complete(self) -> bool:
        return set(OUTAGES) <= set(self.outages)

    def known(self) -> dict[str, float]:
        most = {"holders_max_after_5_s": max(self.holders)} if self.holders else {}
        return self.outages | most


@dataclass(frozen=True)
class Seen:
    """`holders` are those at the end; `answering` those whom the client reached, in turns."""

    outage: float
    answering: list[str]
    holders: list[Master]


class Lab:
    def __init__(self, cluster: Cluster, client: Client, figures: Figures) -> None:
        self.cluster, self.client, self.figures = cluster, client, figures

    @property
    def holder(self) -> Master:
        [found] = self.cluster.holders()
        return found

    def others(self) -> list[Master]:
        return [master for master in self.cluster.masters if master is not self.holder]

    def settle(self) -> None:
        """Waits until one master holds the address, all could, and the client is served."""
        since = time.monotonic()
        while time.monotonic() < since + STEADY_SECONDS:
            if not self._is_settled():
                wait_for(self._is_settled, self._story)
                since = time.monotonic()

    def _story(self) -> str:
        told = [f"{each.name}: {each.log()[-1500:]}" for each in self.cluster.masters]
        return "one holder, all others ready to take over\n" + "\n".join(told)

    def _is_settled(self) -> bool:
        states = [state(master) for master in self.cluster.masters]
        healthy = sorted(states) == ["BACKUP"] * (len(states) - 1) + ["MASTER"]
        return healthy and len(self.cluster.holders()) == 1 and None not in self.client.sees()

    def see(self, event: Callable[[], object]) -> Seen:
        """Five seconds long, as the promise is about what is true then."""
        seen = self._watch(event, SETTLED_SECONDS)
        self.figures.holders.append(len(seen.holders))
        return seen

    def see_return(self, event: Callable[[], object]) -> Seen:
        """Until whoever returns could take the address for some time already."""
        event()
        self.settle()
        return self._watch(lambda: None, 1.5)

    def _watch(self, event: Callable[[], object], seconds: float) -> Seen:
        began = time.monotonic()
        event()
        time.sleep(max(0.0, seconds - (time.monotonic() - began)))
        holders = self.cluster.holders()
        tries = self.client.tries(began - BEFORE_SECONDS)
        return Seen(outage(tries), answering(tries), holders)


def state(master: Master) -> str:
    """What keepalived last said it is: MASTER, BACKUP or FAULT; nothing before it said so."""
    words = master.log().split()
    return next((word for word in reversed(words) if word in ("MASTER", "BACKUP", "FAULT")), "")


def wait_for(condition: Callable[[], T], what: Callable[[], str]) -> T:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not seen in {DEADLINE_SECONDS:g} s: {what()}"
        time.sleep(0.05)
    return found
