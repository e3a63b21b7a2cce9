"""Makes a faulty body whole enough to be checked across its fields."""

import copy
from collections.abc import Sequence
from typing import Any

from pydantic_core import ErrorDetails

Location = tuple[int | str, ...]
# Pydantic's last step for a fault of a key itself.
_KEY = "[key]"

# Something valid for each field that a document can't be without.
SAMPLES: dict[str, object] = {
    "name": "sample",
    "vcenter": "sample",
    "version": "1.35.0",
    "template": "sample",
    "datacenter": "sample",
    "networks": [{"name": "sample"}],
    "kubernetes": {"version": "1.35.0"},
    "endpoint": {},
    "controlPlane": {"template": "sample"},
    "placement": {"datacenter": "sample", "networks": [{"name": "sample"}]},
    "members": {
        "template": "sample",
        "addresses": {"ranges": ["192.0.2.1-192.0.2.3"], "prefixLength": 24},
    },
    "addresses": {"ranges": ["192.0.2.1-192.0.2.254"], "prefixLength": 24},
    "ranges": ["192.0.2.1-192.0.2.254"],
    "prefixLength": 24,
    "to": "198.51.100.0/24",
    "via": "192.0.2.1",
    "cluster": "sample",
    "key": "sample",
    "effect": "NoSchedule",
    "size": 1,
    "host": "sample",
    "username": "sample",
    "password": "sample",
    "server": "sample",
    "ca": "sample",
    "cert": "sample",
    "type": "registry",
    "values": {},
    "rootFolder": "/sample/vm/sample",
    "secret": "sample",
    "sha256": "0" * 64,
    "source": "clone",
    "definition": "sample",
    "vip": "sample",
    "ports": [443],
    "pools": [{"name": "sample", "servers": [{"name": "sample", "address": "192.0.2.1"}]}],
    "servers": [{"name": "sample", "address": "192.0.2.1"}],
    "address": "192.0.2.1",
    "management": {"network": "sample", "address": "192.0.2.1/24"},
    "network": "sample",
}


class MendedBody:
    """A copy of a body. `doubtful` are the paths of what is not the user's own any more."""

    def __init__(self, body: object) -> None:
        self.body = copy.deepcopy(body)
        self.doubtful: set[str] = set()

    def mend(self, errors: Sequence[ErrorDetails]) -> None:
        """Puts something valid where `errors` point to, or nothing. Repeat until all is valid."""
        unwanted = {strip_key(one["loc"]) for one in errors if _unwanted(one)}
        faulty = {strip_key(one["loc"]) for one in errors}
        for location in sorted(faulty, key=path_of):
            self._replace(location, faulty, sample=location not in unwanted)

    def _replace(self, location: Location, faulty: set[Location], sample: bool) -> None:
        if not location:
            return
        fresh = path_of(location) not in self.doubtful
        self.doubtful.add(path_of(location))
        holder, last = self._at(location[:-1]), location[-1]
        if isinstance(holder, dict):
            holder.pop(last, None)
            if sample and fresh and last in SAMPLES:
                holder[last] = copy.deepcopy(SAMPLES[str(last)])
        elif isinstance(holder, list) and isinstance(last, int):
            sound = _sound_sibling(holder, location, faulty)
            if sound is None or not fresh:
                self._replace(location[:-1], faulty, sample)
            else:
                holder[last] = copy.deepcopy(sound)
        elif isinstance(holder, list):
            # One of several types that this list might have been of.
            self._replace(location[:-1], faulty, sample)

    def _at(self, location: Location) -> Any:
        """None when it was replaced by something else meanwhile."""
        holder: Any = self.body
        for step in location:
            try:
                holder = holder[step]
            except (KeyError, IndexError, TypeError):
                return None
        return holder


def _unwanted(error: ErrorDetails) -> bool:
    return error["type"] == "extra_forbidden" or error["loc"][-1:] == (_KEY,)


def strip_key(location: Location) -> Location:
    return location[:-1] if location[-1:] == (_KEY,) else location


def path_of(location: Location) -> str:
    return ".".join(map(str, strip_key(location)))


def _sound_sibling(items: list[Any], location: Location, faulty: set[Location]) -> object:
    places = ((*location[:-1], index) for index in range(len(items)))
    sound = (item for item, place in zip(items, places, strict=True) if place not in faulty)
    return next(sound, None)
