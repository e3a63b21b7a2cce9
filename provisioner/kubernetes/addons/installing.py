"""Brings an add-on into a cluster, out of it, and tells how it is."""

import functools
import time
from collections.abc import Callable, Iterable, Sequence

from provisioner.kubernetes.addons import inventory
from provisioner.kubernetes.addons.inventory import Inventory
from provisioner.kubernetes.addons.model import (
    ADD_ON,
    AddOn,
    Installed,
    Object,
    Reference,
    reference,
)
from provisioner.kubernetes.addons.objects import Objects
from provisioner.kubernetes.addons.ordering import DEFINITION, NAMESPACE, rank
from provisioner.kubernetes.addons.rollout import image_version, problem
from provisioner.kubernetes.endpoints import Endpoints
from provisioner.kubernetes.errors import AddOnMissing, AddOnNotYet

_POLL_SECONDS = 0.5
# kubeadm brings these; nobody keeps a list of them in the cluster.
_KUBEADMS = {
    "dns": Reference("apps/v1", "Deployment", "kube-system", "coredns"),
    "proxy": Reference("apps/v1", "DaemonSet", "kube-system", "kube-proxy"),
}


class Installer:
    """`patience_seconds`: how long one call waits for definitions and webhooks just applied."""

    def __init__(self, endpoints: Endpoints, patience_seconds: float = 5.0) -> None:
        self._objects = Objects(endpoints)
        self._patience_seconds = patience_seconds

    def apply(self, add_on: AddOn) -> None:
        """All its objects are as rendered; those that it had before and has no more are gone."""
        known = self._inventory(add_on.name)
        bodies = sorted(add_on.marked(), key=lambda body: rank(reference(body)))
        wanted = tuple(map(reference, bodies))
        before = known.objects if known else ()
        # On record before they are there, so that whatever was applied is found again.
        self._record(add_on, inventory.joined(before, wanted))
        deadline = time.monotonic() + self._patience_seconds
        for body in bodies:
            _patiently(functools.partial(self._objects.apply, body), deadline)
        kept = {one.identity for one in wanted}
        self._remove(add_on.name, (one for one in before if one.identity not in kept))
        self._record(add_on, wanted)

    def remove(self, name: str) -> None:
        """Whatever it has put there. What others have taken over, or made of its kinds, stays."""
        known = self._inventory(name)
        if known:
            self._remove(name, known.objects)
            self._objects.remove(inventory.place(name))

    def installed(self, name: str) -> Installed | None:
        """None when it was never there, or is gone."""
        if name in _KUBEADMS:
            return self._of_kubeadm(_KUBEADMS[name])
        known = self._inventory(name)
        if known is None:
            return None
        found = {one: self._objects.find(one) for one in known.objects}
        return Installed(known.program, known.version, len(known.objects), _problems(found.items()))

    def _of_kubeadm(self, place: Reference) -> Installed | None:
        found = self._objects.find(place)
        if found is None:
            return None
        return Installed(place.name, image_version(found), 1, _problems([(place, found)]))

    def _inventory(self, name: str) -> Inventory | None:
        return inventory.read(self._objects.find(inventory.place(name)))

    def _record(self, add_on: AddOn, objects: Sequence[Reference]) -> None:
        kept = Inventory(add_on.program, add_on.version, tuple(objects))
        self._objects.apply(inventory.written(add_on.name, kept))

    def _remove(self, name: str, gone: Iterable[Reference]) -> None:
        """A definition would take with it all of its kind, a namespace all that is in it."""
        inhabited: set[str] = set()
        for one in sorted(gone, key=rank, reverse=True):
            found = self._objects.find(one)
            if found is None or not _is_of(found, name):
                continue
            if one.kind == DEFINITION:
                theirs = [each for each in self._objects.defined_by(found) if _is_users(each)]
                inhabited |= {each["metadata"].get("namespace", "") for each in theirs}
                if theirs:
                    continue
            if one.kind != NAMESPACE or one.name not in inhabited:
                self._objects.remove(one)


def _is_of(found: Object, add_on: str) -> bool:
    return bool(found["metadata"].get("labels", {}).get(ADD_ON) == add_on)


def _is_users(found: Object) -> bool:
    """Nobody's of us; what programs note down for themselves goes with their pods."""
    metadata = found["metadata"]
    return ADD_ON not in metadata.get("labels", {}) and not metadata.get("ownerReferences")


def _problems(found: Iterable[tuple[Reference, Object | None]]) -> tuple[str, ...]:
    told = (problem(place, body) for place, body in found)
    return tuple(one for one in told if one)


def _patiently(work: Callable[[], None], deadline: float) -> None:
    while True:
        try:
            return work()
        except (AddOnMissing, AddOnNotYet):
            if time.monotonic() >= deadline:
                raise
        time.sleep(_POLL_SECONDS)
