"""Servers behind a load balancer, a client on each VIP, and what they saw of an event."""

import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from lab.guests.kubernetes.certificates import Authority, server_certificate
from tests.net.answers import outage
from tests.net.client import EVERY_SECONDS, Client
from tests.net.load_balancer_documents import SITES, VIPS, document, server
from tests.net.load_balancer_member import Member
from tests.net.load_balancer_vm import hasty
from tests.net.load_balancers import Change, Pair
from tests.net.machines import Machine, Switch
from tests.net.masters import HERE
from tests.net.observing import wait_for
from tests.node.authority import SelfSigned

SETTLED_SECONDS = 5.0
GOALS = {
    "member_stopped_s": 0.3,
    "haproxy_killed_s": 2.2,
    "link_down_s": 0.9,
    "failed_requests_reload": 0,
    "holders_max_after_5_s": 1,
}


@dataclass
class Figures:
    """What this run measured; the same keys as in build/lb.json, and as the goals have."""

    noted: dict[str, float] = field(default_factory=dict)
    holders: list[int] = field(default_factory=list)

    def note(self, name: str, value: float) -> None:
        self.noted[name] = round(value, 3)

    def complete(self) -> bool:
        return set(GOALS) <= set(self.known())

    def known(self) -> dict[str, float]:
        most = {"holders_max_after_5_s": max(self.holders)} if self.holders else {}
        return self.noted | most


MEASURED = Figures()


class WebServer(Machine):
    """Answers with its name by TLS. A silent one still takes connections."""

    def __init__(self, switch: Switch, authority: SelfSigned, name: str, address: str) -> None:
        super().__init__()
        self.name, self.address = name, address
        number = int(address.rpartition(".")[2])
        switch.plug_in(self, name, f"00:50:56:02:00:{number:02d}", [f"{address}/16"])
        issuer = Authority(authority.certificate, authority.private_key)
        pair = server_certificate(issuer, list(VIPS))
        self.write("/etc/kubernetes/pki/apiserver.crt", pair.certificate)
        self.write("/etc/kubernetes/pki/apiserver.key", pair.private_key, 0o600)
        self.write("/run/etcd-members", "127.0.0.1")

    def serve(self) -> None:
        program = (sys.executable, str(HERE / "apiserver.py"), self.name)
        self._entrance = self.start(*program, log="/run/api.log")

    def die(self) -> None:
        self.kill("/run/apiserver.pid")

    def fall_silent(self) -> None:
        self.kill("/run/apiserver.pid", number=signal.SIGSTOP)

    def speak(self) -> None:
        self.kill("/run/apiserver.pid", number=signal.SIGCONT)
        # nsenter stops with its child, and could not reap it.
        self._entrance.send_signal(signal.SIGCONT)


@dataclass(frozen=True)
class Seen:
    """By VIP: how long clients were out, who answered them since, and who carries it at the end."""

    outages: Mapping[str, float]
    answered: Mapping[str, set[str]]
    holders: Mapping[str, list[Member]]


class LoadBalanced:
    def __init__(
        self, pair: Pair, servers: dict[str, WebServer], clients: dict[str, Client]
    ) -> None:
        self.pair, self.servers, self.clients = pair, servers, clients
        self.figures = MEASURED

    @property
    def east(self) -> Member:
        return self.pair.members[0]

    @property
    def west(self) -> Member:
        return self.pair.members[1]

    def site(self, name: str) -> set[str]:
        return {one for one in self.servers if one.startswith(name)}

    def settle(self) -> None:
        """Waits until each VIP is at home, all servers are up, and home answers everybody."""
        wait_for(self._is_settled, self._story)

    def _is_settled(self) -> bool:
        homes = zip(VIPS, self.pair.members, SITES, strict=True)
        return all(
            self.pair.holders(vip) == [member]
            and self.sees(vip) <= self.site(site)
            and all(state == "UP" for state in self.states(member))
            for vip, member, site in homes
        )

    def states(self, member: Member) -> list[str]:
        found = [member.servers(f"web{number}.servers") for number in (1, 2)]
        return [state for states in found for state in states.values()] or ["unknown"]

    def sees(self, vip: str) -> set[str | None]:
        """Who answered lately; None stands for nobody."""
        return self.clients[vip].sees()

    def _story(self) -> str:
        told = [
            f"{each.name}: {each.state('m1')} {each.state('m2')} {self.states(each)} "
            f"{each.haproxy_log()[-800:]}"
            for each in self.pair.members
        ]
        seen = [f"{vip}: {self.sees(vip)} {self.pair.holders(vip)}" for vip in VIPS]
        return "\n".join(["all at home", *told, *seen])

    def see(self, event: Callable[[], object]) -> Seen:
        """Five seconds long, as the promise is about what is true then."""
        began = time.monotonic()
        event()
        time.sleep(max(0.0, SETTLED_SECONDS - (time.monotonic() - began)))
        holders = {vip: self.pair.holders(vip) for vip in VIPS}
        self.figures.holders.extend(map(len, holders.values()))
        return self._told(began, holders)

    def until(self, condition: Callable[[], bool], event: Callable[[], object]) -> Seen:
        began = time.monotonic()
        event()
        wait_for(condition, self._story)
        return self._told(began, {vip: self.pair.holders(vip) for vip in VIPS})

    def _told(self, began: float, holders: Mapping[str, list[Member]]) -> Seen:
        tries = {
            vip: client.tries(began - 5 * EVERY_SECONDS) for vip, client in self.clients.items()
        }
        return Seen(
            {vip: outage(some) for vip, some in tries.items()},
            {vip: {one.who for one in some if one.who} for vip, some in tries.items()},
            holders,
        )


@contextmanager
def load_balanced(
    switch: Switch, authority: SelfSigned, failing_back: Change = hasty
) -> Iterator[LoadBalanced]:
    with ExitStack() as running:
        pair = Pair(switch, document(), router_id=51, failing_back=failing_back)
        running.callback(pair.power_off)
        servers = {}
        for told in (server(site, one) for site in SITES for one in (1, 2)):
            made = WebServer(switch, authority, told["name"], told["address"])
            running.callback(made.power_off)
            made.serve()
            servers[made.name] = made
        pair.start()
        clients = {}
        for number, vip in enumerate(VIPS):
            clients[vip] = Client(switch, authority, f"10.77.0.{98 + number}/16")
            running.callback(clients[vip].power_off)
            clients[vip].poll(vip)
        yield LoadBalanced(pair, servers, clients)
