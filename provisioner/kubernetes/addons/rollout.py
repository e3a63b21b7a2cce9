"""Whether what was applied is there and works: a workload against its own status."""

from provisioner.kubernetes.addons.model import Object, Reference

WORKLOADS = ("DaemonSet", "Deployment", "StatefulSet")
# May have been done and cleared away.
_PASSING = "Job"


def problem(place: Reference, found: Object | None) -> str | None:
    """None when it is there, with every pod it should have in its newest form. `found` as read."""
    if found is None:
        return None if place.kind == _PASSING else f"{place} is gone"
    if place.kind not in WORKLOADS:
        return None
    status = found.get("status", {})
    if status.get("observedGeneration", 0) < found["metadata"].get("generation", 0):
        return f"{place} was changed just now"
    wanted, updated, available = _counts(place.kind, found, status)
    if available < wanted:
        return f"{place}: {available} of {wanted} pods available"
    if updated < wanted:
        return f"{place}: {updated} of {wanted} pods renewed"
    return None


def image_version(found: Object) -> str:
    """Of the first container: the tag, or the digest without one."""
    image: str = found["spec"]["template"]["spec"]["containers"][0]["image"]
    name, _, digest = image.partition("@")
    _, _, tag = name.rpartition("/")[2].partition(":")
    return tag or digest


def _counts(kind: str, found: Object, status: Object) -> tuple[int, int, int]:
    if kind == "DaemonSet":
        return (
            status.get("desiredNumberScheduled", 0),
            status.get("updatedNumberScheduled", 0),
            status.get("numberAvailable", 0),
        )
    wanted = found["spec"].get("replicas", 1)
    return wanted, status.get("updatedReplicas", 0), status.get("availableReplicas", 0)
