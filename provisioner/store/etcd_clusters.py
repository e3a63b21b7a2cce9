"""Etcd clusters' documents, against what is on record, and who uses them."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from provisioner.domain.clusters import KIND as CLUSTER
from provisioner.domain.etcd_clusters import KIND, addresses
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.etcd_cluster import MEMBERS, EtcdClusterSpec
from provisioner.domain.spec.external_etcd import ExternalEtcd, meet
from provisioner.store import leases, placing, resources, secrets
from provisioner.store.errors import Conflict, Taken
from provisioner.store.sites import Site
from provisioner.store.tables import Resource, Spec

_AT = "controlPlane.externalEtcd"


def spec_of(session: Session, resource: Resource) -> EtcdClusterSpec:
    return EtcdClusterSpec.model_validate(resources.document(session, resource))


def find(session: Session, org_id: int, name: str) -> Resource | None:
    """A live one of this name, whether it is being deleted or not."""
    query = select(Resource).where(
        Resource.org_id == org_id,
        Resource.kind == KIND,
        Resource.name == name,
        Resource.deleted_at.is_(None),
    )
    return session.scalars(query).first()


def reserve(session: Session, resource: Resource, spec: EtcdClusterSpec, site: Site) -> None:
    """Its members' addresses, for its whole life. Raises InvalidRequest when one is taken."""
    domain = placing.network_domain(site.vcenter, site.places[MEMBERS])
    holder = leases.Holder(resource.id)
    try:
        for address in addresses(spec):
            leases.take(session, leases.RESERVED, domain, address, holder)
    except Taken as err:
        raise InvalidRequest([Fault("members.addresses.ranges", str(err))]) from err


def users_by_name(session: Session, org_id: int) -> defaultdict[str, list[str]]:
    """Names of the clusters that keep their data in each etcd cluster, by its name."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for user in _external(session, org_id):
        if user.etcd.etcd_cluster:
            found[user.etcd.etcd_cluster].append(user.resource.name)
    return found


def refuse_when_used(session: Session, resource: Resource) -> None:
    """Raises Conflict. `resource` must be locked: who wants to use it locks it, too.

    Clusters that go themselves are no hindrance: else one that broke could never be deleted.
    """
    users = [
        user.resource.name
        for user in _external(session, resource.org_id)
        if user.etcd.etcd_cluster == resource.name and not user.resource.deletion_requested_at
    ]
    if users:
        names = ", ".join(users)
        raise Conflict(
            f"etcd cluster {resource.name} holds the data of {names}; delete the clusters first"
        )


def faults_of_use(session: Session, org_id: int, spec: ClusterSpec) -> list[Fault]:
    """Of a cluster to be: whether its external etcd is there, and its prefix its own."""
    external = spec.control_plane.external_etcd
    if external is None:
        return []
    faults = [*_missing(session, org_id, external), *_shared_prefix(session, org_id, external)]
    if external.secret:
        at = f"{_AT}.secret"
        faults += secrets.reference_faults(session, org_id, at, external.secret, "etcd")
    return faults


@dataclass(frozen=True)
class _User:
    resource: Resource
    etcd: ExternalEtcd


def _missing(session: Session, org_id: int, external: ExternalEtcd) -> Iterator[Fault]:
    if external.etcd_cluster is None:
        return
    found = find(session, org_id, external.etcd_cluster)
    if found is None:
        names = ", ".join(one.name for one in resources.listed(session, org_id, KIND))
        advice = f"there is no etcd cluster {external.etcd_cluster!r}; "
        advice += f"there are: {names}" if names else "create it first: POST /etcd-clusters"
        yield Fault(f"{_AT}.etcdCluster", advice)
    elif resources.lock(session, found.id).deletion_requested_at:
        yield Fault(f"{_AT}.etcdCluster", f"etcd cluster {found.name} is being deleted")


def _shared_prefix(session: Session, org_id: int, external: ExternalEtcd) -> Iterator[Fault]:
    """A prefix of our own making is nobody else's, unless somebody wrote it down on purpose."""
    if external.prefix is None:
        return
    for user in _external(session):
        theirs = user.etcd.prefix_for(user.resource.id)
        if _same_store(org_id, external, user) and meet(external.prefix, theirs):
            owner = f"cluster {user.resource.name!r}"
            if user.resource.org_id != org_id:
                owner = "a cluster of another organisation"
            advice = f"meets {theirs}, the prefix of {owner}; choose another, or none"
            yield Fault(f"{_AT}.prefix", advice)


def _same_store(org_id: int, external: ExternalEtcd, user: _User) -> bool:
    if external.etcd_cluster:
        ours = user.resource.org_id == org_id
        return ours and external.etcd_cluster == user.etcd.etcd_cluster
    return bool(set(external.endpoints) & set(user.etcd.endpoints))


def _external(session: Session, org_id: int | None = None) -> Iterator[_User]:
    """Live clusters with an etcd outside of their masters, of one organisation or of all."""
    query = (
        select(Resource, Spec.document)
        .join(Spec, (Spec.resource_id == Resource.id) & (Spec.generation == Resource.generation))
        .where(Resource.kind == CLUSTER, Resource.deleted_at.is_(None))
        .order_by(Resource.name)
    )
    if org_id is not None:
        query = query.where(Resource.org_id == org_id)
    for resource, document in session.execute(query):
        if given := document["controlPlane"].get("externalEtcd"):
            yield _User(resource, ExternalEtcd.model_validate(given))
