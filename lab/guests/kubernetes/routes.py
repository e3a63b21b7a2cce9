"""Answers requests from a cluster's state. No I/O: the servers do that."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.guests.kubernetes import discovery, patches, pods, selectors, workloads
from lab.guests.kubernetes.callers import Caller, authorize
from lab.guests.kubernetes.cluster import InMemoryCluster
from lab.guests.kubernetes.errors import ApiError
from lab.guests.kubernetes.objects import Object
from lab.guests.kubernetes.request import Request, Target, target_of
from lab.guests.kubernetes.resources import (
    DAEMON_SETS,
    DEFINITIONS,
    DEPLOYMENTS,
    NAMESPACES,
    NODES,
    PODS,
)


@dataclass(frozen=True)
class Response:
    status: int
    body: dict[str, Any] | str


def answer(cluster: InMemoryCluster, request: Request, caller: Caller | None) -> Response:
    try:
        authorize(caller, request.method, request.path)
        return _plain(cluster, request) or _resource(cluster, request)
    except ApiError as refusal:
        return Response(refusal.code, refusal.status())


def _plain(cluster: InMemoryCluster, request: Request) -> Response | None:
    if request.path in ("/version", "/version/"):
        return Response(200, _version(cluster.version))
    if request.path in ("/livez", "/readyz", "/healthz"):
        return Response(200, "ok")
    document = discovery.document(request.path, cluster.objects.served())
    return Response(200, document) if document else None


def _version(version: str) -> dict[str, Any]:
    unknown = ("buildDate", "compiler", "gitCommit", "gitTreeState", "goVersion", "platform")
    known = {"major": "1", "minor": version.split(".")[1], "gitVersion": version}
    return dict.fromkeys(unknown, "") | known


def _resource(cluster: InMemoryCluster, request: Request) -> Response:
    target = target_of(request.path, cluster.objects.served())
    cluster.requests[f"{request.method} {target.resource.plural}"] += 1
    verb = _VERBS.get((request.method, bool(target.name), target.subresource))
    if verb is None or "watch" in request.query:
        raise ApiError(405, "MethodNotAllowed", "the server does not allow this method here")
    return verb(cluster, target, request)


def _list(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    fields = request.query.get("fieldSelector", "")
    labels = request.query.get("labelSelector", "")
    found = _seen(cluster, target, cluster.objects.list(target.resource, target.namespace))
    listing = {
        "kind": target.resource.kind + "List",
        "apiVersion": target.resource.group_version,
        "metadata": {},
        "items": [each for each in found if selectors.matches(each, fields, labels)],
    }
    return Response(200, listing)


def _get(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    found = cluster.objects.get(target.resource, target.namespace, target.name)
    return Response(200, _seen(cluster, target, [found])[0])


def _seen(cluster: InMemoryCluster, target: Target, found: list[Object]) -> list[Object]:
    if target.resource not in (DAEMON_SETS, DEPLOYMENTS):
        return found
    nodes = len(cluster.node_names())
    return [workloads.with_status(target.resource, each, nodes) for each in found]


def _create(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    body = _with_defaults(target, request.json())
    return Response(201, cluster.objects.create(target.resource, target.namespace, body))


def _replace(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    body = _with_defaults(target, request.json())
    return Response(200, _change(cluster, target, lambda before: body))


def _approve(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    """Only what was decided changes, whatever else the body says."""
    said = {"conditions": request.json()["status"]["conditions"]}
    changed = _change(cluster, target, lambda before: before | {"status": before["status"] | said})
    return Response(200, changed)


def _patch(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    if request.media_type == patches.APPLY_TYPE:
        return _apply(cluster, target, request)
    if request.media_type not in patches.MERGE_TYPES:
        raise ApiError(415, "UnsupportedMediaType", f"can't patch by {request.media_type}")
    change = request.json()
    return Response(200, _change(cluster, target, lambda before: patches.merged(before, change)))


def _apply(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    patches.require_manager(request.query)
    body = request.json()
    with cluster.objects.lock:
        if cluster.objects.find(target.resource, target.namespace, target.name) is None:
            return _create(cluster, target, request)
        changed = _change(cluster, target, lambda before: patches.applied(before, body))
        return Response(200, changed)


def _delete(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    gone = cluster.objects.delete(target.resource, target.namespace, target.name)
    if target.resource == NODES:
        pods.delete_pods_of(cluster.objects, target.name)
    if target.resource == NAMESPACES:
        cluster.objects.delete_where(lambda _, place: place == target.name)
    if target.resource == DEFINITIONS:
        left = cluster.objects.served()
        cluster.objects.delete_where(lambda resource, _: resource not in left)
    return Response(200, gone)


def _evict(cluster: InMemoryCluster, target: Target, request: Request) -> Response:
    if target.resource != PODS:
        raise ApiError(404, "NotFound", "only pods can be evicted")
    pods.evict(cluster.objects, target.namespace, target.name)
    return Response(201, {"kind": "Status", "apiVersion": "v1", "status": "Success"})


def _change(cluster: InMemoryCluster, target: Target, edit: Callable[[Object], Object]) -> Object:
    return cluster.objects.change(target.resource, target.namespace, target.name, edit)


def _with_defaults(target: Target, body: Object) -> Object:
    if target.resource in (NODES, PODS):
        return {"spec": {}, "status": {}} | body
    return body


Verb = Callable[[InMemoryCluster, Target, Request], Response]

_VERBS: dict[tuple[str, bool, str], Verb] = {
    ("GET", False, ""): _list,
    ("GET", True, ""): _get,
    ("POST", False, ""): _create,
    ("PUT", True, ""): _replace,
    ("PUT", True, "status"): _replace,
    ("PATCH", True, ""): _patch,
    ("PATCH", True, "status"): _patch,
    ("DELETE", True, ""): _delete,
    ("POST", True, "eviction"): _evict,
    ("PUT", True, "approval"): _approve,
}
