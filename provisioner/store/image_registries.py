"""The secrets by which clusters' nodes log in at their image registry."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.image_registry import host_of
from provisioner.store import secrets
from provisioner.store.tables import Secret


def faults_of_login(session: Session, org_id: int, spec: ClusterSpec) -> list[Fault]:
    """Whether it is there, and for the cluster's own registry: containerd would use no other."""
    if spec.image_registry_login is None:
        return []
    path, name = "imageRegistryLogin.secret", spec.image_registry_login.secret
    faults = secrets.reference_faults(session, org_id, path, name, secrets.REGISTRY)
    return faults or [*_faults_of_server(secrets.find(session, org_id, name), spec, path)]


def _faults_of_server(secret: Secret, spec: ClusterSpec, path: str) -> Iterator[Fault]:
    if spec.image_registry and not fits(secret.server or "", spec):
        advice = (
            f"the secret {secret.name!r} is for {secret.server}, but imageRegistry is at "
            f"{host_of(spec.image_registry)}; store one with that server"
        )
        yield Fault(path, advice, rests_on=(path, "imageRegistry"))


def fits(server: str, spec: ClusterSpec) -> bool:
    return server.lower() == host_of(spec.image_registry or "").lower()


def find_login(session: Session, org_id: int, spec: ClusterSpec) -> Secret | None:
    """None: nodes read anonymously. Raises NotFound."""
    login = spec.image_registry_login
    return secrets.find(session, org_id, login.secret) if login else None
