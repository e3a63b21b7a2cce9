"""kubeadm's configuration file, read as strictly as kubeadm does where we could get it wrong."""

from typing import Any

import yaml

from lab.guests.standin.result import ProgramFailed

API_VERSION = "kubeadm.k8s.io/v1beta4"
KUBEADM_KINDS = ("InitConfiguration", "ClusterConfiguration", "JoinConfiguration")

Document = dict[str, Any]


def read_documents(text: str) -> dict[str, Document]:
    """By kind. Raises ProgramFailed."""
    documents: dict[str, Document] = {}
    for document in yaml.load_all(text, Loader=yaml.CSafeLoader):
        kind = document["kind"]
        if kind in KUBEADM_KINDS and document["apiVersion"] != API_VERSION:
            raise ProgramFailed(f"no kind {kind!r} is known for {document['apiVersion']!r}\n")
        documents[kind] = document
    return documents


def node_labels(registration: Document) -> dict[str, str]:
    labels = extra_arguments(registration).get("node-labels", "")
    return dict(pair.split("=", 1) for pair in labels.split(",") if pair)


def node_address(registration: Document) -> str:
    return extra_arguments(registration)["node-ip"]


def extra_arguments(registration: Document) -> dict[str, str]:
    """v1beta4 takes a list of names and values, and nothing else."""
    given = registration.get("kubeletExtraArgs", [])
    if not isinstance(given, list):
        raise ProgramFailed("cannot unmarshal object into field kubeletExtraArgs of type []Arg\n")
    return {argument["name"]: argument["value"] for argument in given}


def node_taints(registration: Document, master: bool) -> list[dict[str, str]]:
    """As kubeadm does: masters get the usual taint only where the field is missing."""
    if "taints" not in registration and master:
        return [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]
    return list(registration.get("taints") or [])
