"""Short forms for what tests of etcd clusters do, and what their tasks would have done."""

from typing import Any

import httpx

from provisioner.domain.etcd_clusters import AUTHORITY
from provisioner.domain.ids import ResourceId
from provisioner.domain.planning.wishes import TaskWish, When
from provisioner.store import resources, tasks
from tests.api.served import Api
from tests.unit.documents import cluster_document
from tests.unit.etcd_documents import etcd_document


def make(client: httpx.Client, document: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = client.post("/etcd-clusters", json=document or etcd_document())
    assert answer.status_code == 202, answer.text
    return client.get(answer.headers["location"]).json()


def on(etcd: str, prefix: str | None = None, **changes: Any) -> dict[str, Any]:
    """A cluster's document that keeps its data there."""
    external = {"etcdCluster": etcd} | ({"prefix": prefix} if prefix else {})
    plane = {"size": 2, "template": "debian-12-node", "externalEtcd": external}
    return cluster_document(controlPlane=plane, **changes)


def second(etcd: str, prefix: str | None = None) -> dict[str, Any]:
    return on(etcd, prefix, name="c2", endpoint={"vip": "10.0.0.11"})


def prepare(api: Api, etcd: dict[str, Any]) -> None:
    """What the task `authority` does."""
    api.services.vault.ensure_etcd_authority(ResourceId(etcd["id"]), etcd["name"])
    with api.database.write() as session:
        resource = resources.lock(session, etcd["id"])
        tasks.begin(session, resource, TaskWish(name=AUTHORITY, when=When.BEFORE_NODES))
        tasks.finish(session, resource, AUTHORITY)
