"""A Kubernetes cluster's part of an etcd that its masters do not hold."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from provisioner.bootstrap.model import ExternalEtcd
from provisioner.domain.conditions import Condition
from provisioner.domain.ids import ResourceId
from provisioner.domain.nodes import Phase
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.etcd.errors import EtcdError, EtcdUnreachable
from provisioner.etcd.keys import EtcdKeys
from provisioner.store import clusters, events, external_etcd, resources
from provisioner.store.database import Database
from provisioner.store.errors import NotFound
from provisioner.store.external_etcd import EtcdUse
from provisioner.store.tables import Node, Resource
from provisioner.vault.errors import VaultError
from provisioner.vault.external_etcd import client_files
from provisioner.vault.vault import Vault
from workflows.kinds import etcd_health


def for_masters(session: Session, spec: ClusterSpec, resource: Resource) -> ExternalEtcd | None:
    use = external_etcd.find(session, resource, spec)
    return ExternalEtcd(endpoints=use.endpoints, prefix=use.prefix) if use else None


def claim_prefix(database: Database, vault: Vault, resource_id: str) -> None:
    """A prefix that a user chose is this cluster's alone from now on: its etcd may be spelled
    otherwise in another document, so only it can tell. Idempotent.

    Raises PrefixTaken and other EtcdErrors, VaultError; EtcdUnreachable while an etcd cluster of
    ours is still to come.
    """
    use = _use(database, resource_id)
    if use is None or use.own_prefix:
        return
    if not use.lasting:
        raise EtcdUnreachable(f"can't claim {use.prefix}: the etcd cluster serves nobody yet")
    with _open(vault, resource_id, use) as etcd:
        etcd.claim(use.prefix, resource_id)


def look(database: Database, vault: Vault, resource_id: str) -> Iterator[Condition]:
    """Whether each of the endpoints that the masters use serves; nothing before it is there.

    Raises VaultError.
    """
    use = _use(database, resource_id)
    if use is None or not use.lasting:
        return
    with _open(vault, resource_id, use) as etcd:
        yield etcd_health.of_endpoints(len(use.endpoints), etcd.endpoint_problems())


def forget_data(database: Database, vault: Vault, resource_id: str) -> None:
    """Deletes what the cluster kept, and nothing below a prefix that is not proven its own.

    Idempotent. Raises EtcdError or VaultError. An etcd of the user's own that does not answer is
    not waited for. Of what stays there the history tells.
    """
    use = _use(database, resource_id)
    if use is None or not use.lasting:
        return
    try:
        if _delete(vault, resource_id, use):
            return
        why = "nothing there says that they are this cluster's"
    except (EtcdError, VaultError) as err:
        if use.cluster:
            raise
        why = str(err)
    _tell(database, resource_id, f"keys below {use.prefix} stay in their etcd: {why}")


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
    if use and use.lasting and _delete(vault, node.resource_id, use):
        claim_prefix(database, vault, node.resource_id)


def _use(database: Database, resource_id: str) -> EtcdUse | None:
    with database.read() as session:
        resource = resources.get(session, resource_id)
        try:
            return external_etcd.find(session, resource, clusters.spec_of(session, resource))
        except NotFound:
            return None


def _delete(vault: Vault, resource_id: str, use: EtcdUse) -> bool:
    """False, and nothing is deleted, when the prefix is not proven this cluster's own."""
    with _open(vault, resource_id, use) as etcd:
        own = use.own_prefix or etcd.is_claimed(use.prefix, resource_id)
        if own:
            etcd.delete_below(use.prefix)
    return own


def _open(vault: Vault, resource_id: str, use: EtcdUse) -> EtcdKeys:
    files = client_files(vault, ResourceId(resource_id), use.cluster, use.secret)
    hosts = [urlsplit(url).netloc for url in use.endpoints]
    return EtcdKeys(hosts, files.authority, files.certificate, files.private_key)


def _tell(database: Database, resource_id: str, message: str) -> None:
    advice = f"{message}; delete them with: etcdctl del --prefix"
    with database.write() as session:
        resource = resources.lock(session, resource_id)
        events.record(session, resource, "DataLeftBehind", advice, warning=True)
