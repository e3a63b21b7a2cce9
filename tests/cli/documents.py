"""Documents as the API answers them."""

from typing import Any

CLUSTER_ID = "11111111-1111-4111-8111-111111111111"
OPERATION_ID = "22222222-2222-4222-8222-222222222222"
SUCCESSOR_ID = "33333333-3333-4333-8333-333333333333"
STARTED = "2026-03-01T10:00:00Z"


def operation(**more: Any) -> dict[str, Any]:
    return {
        "id": OPERATION_ID,
        "cluster": {"id": CLUSTER_ID, "name": "demo"},
        "kind": "create",
        "generation": 1,
        "state": "running",
        "percent": 40,
        "steps": [step("certificates", "done", 100), step("control-plane", "running", 10)],
        "reason": None,
        "supersededBy": None,
        "requestedBy": "ci",
        "startedAt": STARTED,
        "finishedAt": None,
    } | more


def succeeded(**more: Any) -> dict[str, Any]:
    return operation(
        state="succeeded", percent=100, finishedAt="2026-03-01T10:01:30Z", steps=[], **more
    )


def step(name: str, state: str, percent: int, detail: str = "") -> dict[str, Any]:
    return {
        "name": name,
        "state": state,
        "percent": percent,
        "detail": detail,
        "startedAt": STARTED,
        "finishedAt": None,
    }


def summary(name: str = "demo", **more: Any) -> dict[str, Any]:
    return {
        "id": CLUSTER_ID,
        "number": 1,
        "name": name,
        "vcenter": "lab",
        "status": "CREATING",
        "generation": 2,
        "observedGeneration": 1,
        "endpoint": "https://10.0.0.10:6443",
        "nodes": {"ready": 1, "total": 2},
        "operation": OPERATION_ID,
        "createdAt": STARTED,
        "createdBy": "ci",
        "deletionRequestedAt": None,
    } | more


def cluster(**more: Any) -> dict[str, Any]:
    condition = {
        "type": "AsAsked",
        "status": "False",
        "reason": "Working",
        "message": "1 of 3 [ready]",
    }
    return summary(conditions=[condition], spec=SPEC) | more


SPEC: dict[str, Any] = {
    "name": "demo",
    "vcenter": "lab",
    "kubernetes": {"version": "1.35.0", "podCIDR": "10.244.0.0/16", "cni": "none"},
    "controlPlane": {
        "size": 3,
        "vcpu": 2,
        "memoryMiB": 4096,
        "diskGiB": None,
        "template": "debian-12-node",
    },
    "proxy": None,
    "loadBalancerRanges": ["10.0.0.200-10.0.0.210"],
    "nodePools": [
        {
            "name": "workers",
            "size": 2,
            "vcpu": 2,
            "memoryMiB": 4096,
            "diskGiB": 40,
            "template": "debian-12-node",
        }
    ],
}


def node(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": "44444444-4444-4444-8444-444444444444",
        "name": name,
        "group": "workers",
        "role": "worker",
        "phase": "creating",
        "step": "cloning",
        "since": STARTED,
        "progress": None,
        "attempt": 1,
        "replaces": None,
        "address": None,
        "vm": None,
        "failure": None,
        "problem": None,
        "generation": 1,
        "createdAt": STARTED,
        "readyAt": None,
    } | more


def event(number: int, message: str, **more: Any) -> dict[str, Any]:
    return {
        "number": number,
        "at": "2026-03-01T10:00:05Z",
        "type": "Normal",
        "reason": "NodePlanned",
        "message": message,
        "node": None,
    } | more
