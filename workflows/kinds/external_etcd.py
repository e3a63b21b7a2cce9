"""A Kubernetes cluster's part of an etcd that its masters do not hold."""

from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from provisioner.bootstrap.model import ExternalEtcd
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.etcd.administration import EtcdAdministration
from provisioner.etcd.errors import EtcdError
from provisioner.store import clusters, events, external_etcd, resources
from provisioner.store.database import Database
from provisioner.store.errors import NotFound
from provisioner.store.external_etcd import EtcdUse
from provisioner.store.tables import Node, Resource
from provisioner.vault.errors import VaultError
from provisioner.vault.external_etcd import client_files
from provisioner.vault.vault import Vault


def for_masters(session: Session, spec: ClusterSpec, resource: Resource) -> ExternalEtcd | None:
    use = external_etcd.find(session, resource, spec)
    return ExternalEtcd(endpoints=use.endpoints, prefix=use.prefix) if use else None


def forget_data(database: Database, vault: Vault, resource_id: str) -> None:
    """Deletes what the cluster kept. Idempotent. Raises EtcdError or VaultError.

    In an etcd of the user's own only below a prefix that nobody but us can have used; should it
    not answer, the history tells what stays there.
    """
    use = _use(database, resource_id)
    if use is None or not use.lasting:
        return
    if use.cluster:
        _delete(vault, resource_id, use)
    elif use.own_prefix:
        try:
            _delete(vault, resource_id, use)
        except (EtcdError, VaultError) as err:
            _tell(database, resource_id, f"keys below {use.prefix} stay in your etcd: {err}")
    else:
        _tell(database, resource_id, f"keys below {use.prefix} stay in your etcd")


def forget_false_start(database: Database, vault: Vault, node: Node) -> None:
    """What a first master that never got ready has left: the next one would find a Node that
    nobody is. Idempotent; call when its VM is gone. Raises EtcdError or VaultError.
    """
    if node.phase != Phase.REMOVING or node.leading_at is None or node.ready_at:
        return
    with database.read() as session:
        if resources.get(session, node.resource_id).established:
            return
    use = _use(database, node.resource_id)
    if use and use.lasting and (use.cluster or use.own_prefix):
        _delete(vault, node.resource_id, use)


def _use(database: Database, resource_id: str) -> EtcdUse | None:
    with database.read() as session:
        resource = resources.get(session, resource_id)
        try:
            return external_etcd.find(session, resource, clusters.spec_of(session, resource))
        except NotFound:
            return None


def _delete(vault: Vault, resource_id: str, use: EtcdUse) -> None:
    files = client_files(vault, ResourceId(resource_id), use.cluster, use.secret)
    hosts = [urlsplit(url).netloc for url in use.endpoints]
    with EtcdAdministration(hosts, files.authority, files.certificate, files.private_key) as etcd:
        etcd.delete_below(use.prefix)


def _tell(database: Database, resource_id: str, message: str) -> None:
    advice = f"{message}; delete them with: etcdctl del --prefix"
    with database.write() as session:
        resource = resources.lock(session, resource_id)
        events.record(session, resource, "DataLeftBehind", advice, warning=True)
