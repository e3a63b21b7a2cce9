"""VRRP as keepalived's configurations of members ask for it, without its adverts."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_INSTANCE = re.compile(r"^vrrp_instance (\S+) \{\n(.*?)^\}", re.MULTILINE | re.DOTALL)
_BLOCK = r"^\s+{} \{{\n(.*?)^\s+\}}"


@dataclass(frozen=True)
class Instance:
    """`peers`: all who speak of it, by whom those of one network's instances are told apart."""

    member: str
    router_id: int
    priority: int
    preempts: bool
    peers: frozenset[str]
    vips: tuple[str, ...]


@dataclass(frozen=True)
class Holder:
    moref: str
    since: float


class Election:
    def __init__(self) -> None:
        self._holders: dict[tuple[int, frozenset[str]], Holder] = {}

    def hold(self, own: Mapping[str, tuple[Instance, ...]], now: float) -> None:
        """`own`: the instances of all who serve, by VM."""
        standing: dict[tuple[int, frozenset[str]], dict[str, Instance]] = {}
        for moref, some in own.items():
            for one in some:
                standing.setdefault((one.router_id, one.peers), {})[moref] = one
        self._holders = {
            key: self._elected(key, candidates, now) for key, candidates in standing.items()
        }

    def holder(self, instance: Instance) -> Holder:
        return self._holders[instance.router_id, instance.peers]

    def _elected(
        self, key: tuple[int, frozenset[str]], candidates: dict[str, Instance], now: float
    ) -> Holder:
        before = self._holders.get(key)
        best = max(candidates, key=lambda moref: (candidates[moref].priority, moref))
        stays = before is not None and before.moref in candidates
        if before and stays and (best == before.moref or not candidates[best].preempts):
            return before
        return Holder(best, now)


def instances(keepalived: str) -> tuple[Instance, ...]:
    """Who has no peers is known by its own name."""
    [own] = _word("router_id", keepalived)
    return tuple(_instance(own, *found) for found in _INSTANCE.findall(keepalived))


def _instance(own: str, member: str, body: str) -> Instance:
    speaking = (*_word("unicast_src_ip", body), *_lines("unicast_peer", body))
    return Instance(
        member=member,
        router_id=int(_word("virtual_router_id", body)[0]),
        priority=int(_word("priority", body)[0]),
        preempts="nopreempt" not in body.split(),
        peers=frozenset(speaking or (own,)),
        vips=tuple(line.split("/")[0] for line in _lines("virtual_ipaddress_excluded", body)),
    )


def _word(name: str, body: str) -> list[str]:
    return re.findall(rf"^\s+{name} (\S+)$", body, re.MULTILINE)


def _lines(name: str, body: str) -> list[str]:
    found = re.search(_BLOCK.format(name), body, re.MULTILINE | re.DOTALL)
    return [line.strip() for line in found[1].splitlines()] if found else []
