"""Guests that are told to fail, so that the product can be seen coping."""

import threading
from dataclasses import asdict, dataclass
from fnmatch import fnmatchcase
from typing import Any

NO_ADDRESS = "no-ip"
KUBEADM_FAILS = "kubeadm-fails"
DIES_AFTER_LEADER = "dies-after-leader"
FAULTS = (NO_ADDRESS, KUBEADM_FAILS, DIES_AFTER_LEADER)


@dataclass
class Rule:
    """The next `count` nodes whose name matches `match` (a glob) get `fault`."""

    match: str
    fault: str
    count: int = 1

    def __post_init__(self) -> None:
        if self.fault not in FAULTS:
            raise ValueError(f"{self.fault!r} is none of {', '.join(FAULTS)}")


class Misbehaviour:
    """Safe for several threads."""

    def __init__(self) -> None:
        self._rules: list[Rule] = []
        self._hit: list[dict[str, str]] = []
        self._lock = threading.Lock()

    def add(self, rule: Rule) -> None:
        with self._lock:
            self._rules.append(rule)

    def clear(self) -> None:
        with self._lock:
            self._rules.clear()
            self._hit.clear()

    def befalls(self, node: str, fault: str) -> bool:
        """Whether this node gets `fault` now; uses up one of the rule's count."""
        with self._lock:
            for rule in self._rules:
                if rule.fault == fault and rule.count > 0 and fnmatchcase(node, rule.match):
                    rule.count -= 1
                    self._hit.append({"node": node, "fault": fault})
                    return True
            return False

    def as_document(self) -> dict[str, Any]:
        with self._lock:
            return {"rules": [asdict(rule) for rule in self._rules], "hit": list(self._hit)}
