"""Short words for objects that several add-ons need."""

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from provisioner.kubernetes.addons.model import Object

RBAC = "rbac.authorization.k8s.io"
CONFIGURATION = "pke-provisioner/configuration"
READ = ("get", "list", "watch")

Rule = dict[str, Any]


def namespace(name: str, privileged: bool = True) -> Object:
    levels = ("enforce", "audit", "warn") if privileged else ()
    labels = {f"pod-security.kubernetes.io/{level}": "privileged" for level in levels}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def placed(kind: str, namespace: str, name: str, api_version: str = "v1", **fields: Any) -> Object:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **fields}


def global_object(kind: str, name: str, api_version: str, **fields: Any) -> Object:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **fields}


def secret(namespace: str, name: str, values: Mapping[str, str]) -> Object:
    """Encoded by us: what is applied as `stringData` can't be taken back."""
    data = {key: base64.b64encode(text.encode()).decode() for key, text in values.items()}
    return placed("Secret", namespace, name, data=data)


def rule(
    groups: str, resources: Iterable[str], verbs: Iterable[str], names: Iterable[str] = ()
) -> Rule:
    found: Rule = {"apiGroups": [groups], "resources": [*resources], "verbs": [*verbs]}
    return found | ({"resourceNames": [*names]} if names else {})


def cluster_role(name: str, account: Object, rules: Iterable[Rule]) -> tuple[Object, Object]:
    """The role and its binding to a service account."""
    version = f"{RBAC}/v1"
    role = global_object("ClusterRole", name, version, rules=[*rules])
    binding = global_object("ClusterRoleBinding", name, version, **_bound("ClusterRole", name))
    return role, binding | {"subjects": [_subject(account)]}


def role(name: str, account: Object, rules: Iterable[Rule]) -> tuple[Object, Object]:
    """The same, within the account's namespace."""
    version, place = f"{RBAC}/v1", account["metadata"]["namespace"]
    found = placed("Role", place, name, version, rules=[*rules])
    binding = placed("RoleBinding", place, name, version, **_bound("Role", name))
    return found, binding | {"subjects": [_subject(account)]}


def bound_to(role: str, place: str, name: str, account: Object) -> Object:
    """Binds the account to a role that is there already."""
    binding = placed("RoleBinding", place, name, f"{RBAC}/v1", **_bound("Role", role))
    return binding | {"subjects": [_subject(account)]}


def workload(kind: str, place: str, labels: Mapping[str, str], pod: Object, **spec: Any) -> Object:
    """A Deployment or DaemonSet, named by the label `app.kubernetes.io/name`.

    `pod` is its pods' spec. Give `configured` what they read only once: its change makes new pods.
    """
    configured = spec.pop("configured", None)
    metadata: Object = {"labels": dict(labels)}
    if configured is not None:
        metadata["annotations"] = {CONFIGURATION: digest(configured)}
    template = {"metadata": metadata, "spec": pod}
    body = {"selector": {"matchLabels": dict(labels)}, "template": template, **spec}
    return placed(kind, place, labels[NAME], "apps/v1", spec=body)


NAME = "app.kubernetes.io/name"


def digest(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def value(name: str, text: str) -> Object:
    return {"name": name, "value": text}


def field(name: str, path: str) -> Object:
    """An environment variable that tells a pod about itself."""
    return {"name": name, "valueFrom": {"fieldRef": {"fieldPath": path}}}


def mount(name: str, path: str, **more: Any) -> Object:
    return {"name": name, "mountPath": path, **more}


def host_path(name: str, path: str, kind: str = "DirectoryOrCreate") -> Object:
    return {"name": name, "hostPath": {"path": path, "type": kind}}


def tolerated(key: str, effect: str = "NoSchedule") -> Object:
    return {"key": key, "operator": "Exists", "effect": effect}


def _bound(kind: str, name: str) -> Object:
    return {"roleRef": {"apiGroup": RBAC, "kind": kind, "name": name}}


def _subject(account: Object) -> Object:
    metadata = account["metadata"]
    return {"kind": "ServiceAccount", "name": metadata["name"], "namespace": metadata["namespace"]}
