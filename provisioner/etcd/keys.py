"""The keys of one user among several of an etcd: below a prefix that is nobody else's."""

import base64
from collections.abc import Iterator
from typing import Any

from provisioner.etcd.errors import PrefixTaken
from provisioner.etcd.etcd_cluster import EtcdCluster

# Kubernetes keeps no object of its own directly below its prefix.
_OWNER = "pke-provisioner-owner"


class EtcdKeys(EtcdCluster):
    """All methods block, are idempotent and raise EtcdError. `owner` is a user's id.

    Whose a prefix is stands in the etcd itself: its address can be spelled in many ways.
    """

    def claim(self, prefix: str, owner: str) -> None:
        """It is this owner's from now on. Raises PrefixTaken when somebody's keys lie below it,
        or when it lies below one that is claimed.
        """
        for above in _above(prefix):
            self._refuse_others(prefix, above, owner)
        if self._refuse_others(prefix, prefix, owner):
            return
        if self._count_below(prefix):
            raise PrefixTaken(
                f"there are keys below {prefix} in that etcd already, and no cluster of this name "
                "has put them there; choose another prefix, or delete them first"
            )
        # Who comes at the same moment finds this one's name, or leaves theirs.
        key = _encoded(_mark(prefix))
        absent = {"key": key, "target": "CREATE", "create_revision": "0"}
        put = {"request_put": {"key": key, "value": _encoded(owner)}}
        self._call(f"claim {prefix}", "/v3/kv/txn", {"compare": [absent], "success": [put]})
        self._refuse_others(prefix, prefix, owner)

    def is_claimed(self, prefix: str, owner: str) -> bool:
        return self._owner(prefix) == owner

    def delete_below(self, prefix: str) -> None:
        """Every key that begins with `prefix` and a slash; also the claim."""
        self._call(f"delete the keys below {prefix}", "/v3/kv/deleterange", _below(prefix))

    def _refuse_others(self, prefix: str, place: str, owner: str) -> bool:
        """Whether `place` is this owner's; False when it is nobody's."""
        found = self._owner(place)
        if found in (None, owner):
            return found is not None
        raise PrefixTaken(
            f"the cluster with the id {found} keeps its data below {place} in that etcd, so "
            f"{prefix} is not free; choose another prefix, or none"
        )

    def _owner(self, prefix: str) -> str | None:
        mark = {"key": _encoded(_mark(prefix))}
        found = self._call(f"read who owns {prefix}", "/v3/kv/range", mark).get("kvs")
        return base64.b64decode(found[0]["value"]).decode() if found else None

    def _count_below(self, prefix: str) -> int:
        body = _below(prefix) | {"count_only": True}
        return int(self._call(f"count keys below {prefix}", "/v3/kv/range", body).get("count", 0))


def _mark(prefix: str) -> str:
    return f"{prefix}/{_OWNER}"


def _above(prefix: str) -> Iterator[str]:
    """`/a` and `/a/b` of `/a/b/c`."""
    parts = prefix.split("/")
    return ("/".join(parts[:count]) for count in range(2, len(parts)))


def _below(prefix: str) -> dict[str, Any]:
    """A zero is what follows a slash."""
    return {"key": _encoded(f"{prefix}/"), "range_end": _encoded(f"{prefix}0")}


def _encoded(text: str) -> str:
    """The gateway's form of bytes."""
    return base64.b64encode(text.encode()).decode()
