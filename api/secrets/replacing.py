"""Other values for a secret, and what follows for those that use it.

Vault has them first: whoever is made anew after that must not find the old ones. Who asks again
after a failure half-way brings it to its end.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import SecretStr
from sqlalchemy.orm import Session

from api.json_body import Body
from api.resources import document
from api.secrets.checks import faults_of_values
from api.secrets.schemas import NewValues
from api.services import Services
from provisioner.domain.faults import Fault
from provisioner.domain.load_balancers import KIND
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.image_registry import host_of
from provisioner.domain.spec.reading import read
from provisioner.store import clusters, image_registries, load_balancers, resources, secrets
from provisioner.store.errors import Conflict, NotFound
from provisioner.store.secrets import REGISTRY
from provisioner.store.tables import Operation, Resource, Secret
from provisioner.store.tokens import Caller

Rolled = tuple[Resource, Operation]


@dataclass(frozen=True)
class Replacing:
    """Blocking: routes run in threads."""

    use: Services
    caller: Caller

    def replace(self, name: str, body: Body) -> tuple[Secret, list[Rolled]]:
        """With what it began. Raises InvalidRequest with all faults, NotFound, Conflict.

        Load balancers that name it make their members anew, one at a time. Of a cluster's image
        registry only nodes that are made from then on log in with them.
        """
        with self.use.database.read() as session:
            row = secrets.find(session, self.caller.org_id, name)
            _refuse_while_kept(session, row)
            servers = _servers_kept(session, row)

        def checks(new: NewValues) -> list[Fault]:
            return [*faults_of_values(row.type, new.values), *_faults_of_server(new, servers)]

        given = read(NewValues, body.value, checks)
        self.use.vault.write_secret(row.secret_path, given.values)
        changed, rolled = self._follow(row, given.values)
        for resource, _ in rolled:
            self.use.gateway.poke(resource.kind, resource.id)
        return changed, rolled

    def _follow(self, row: Secret, values: dict[str, SecretStr]) -> tuple[Secret, list[Rolled]]:
        with self.use.database.write() as session:
            # In the order in which changes of them lock: first the resource, then the secret.
            for resource in secrets.naming(session, row):
                resources.lock(session, resource.id)
            found = secrets.locked(session, row.id)
            if found and found.stored_at:
                server = values.get("server")
                found.server = server.get_secret_value() if server else None
                rolled = [
                    self._roll(session, resource.id, found.name)
                    for resource in secrets.naming(session, found)
                    if resource.kind == KIND and resource.deletion_requested_at is None
                ]
                return found, rolled
        # Deleted meanwhile: nobody else would find what was written.
        self.use.vault.delete_secret(row.secret_path)
        raise NotFound(f"there is no secret named {row.name!r}")

    def _roll(self, session: Session, resource_id: str, name: str) -> Rolled:
        resource = resources.lock(session, resource_id)
        after = load_balancers.document_of(session, resource).with_next_stats()
        told = f"other values of secret {name}"
        who = self.caller.name
        return resource, resources.change(session, resource, "secret", who, document(after), told)


def _refuse_while_kept(session: Session, row: Secret) -> None:
    """Clusters and etcd clusters go on with the values they have; nodes yet to be made do not."""
    if row.type == REGISTRY:
        return
    kept = [f"{one.kind} {one.name}" for one in secrets.naming(session, row) if one.kind != KIND]
    if kept:
        raise Conflict(
            f"secret {row.name!r} is named by {', '.join(kept)}, which would go on with the values "
            "it has; store others under another name, and name that"
        )


def _servers_kept(session: Session, row: Secret) -> dict[str, ClusterSpec]:
    """By cluster: whose image registry it is for."""
    if row.type != REGISTRY:
        return {}
    return {one.name: clusters.spec_of(session, one) for one in secrets.naming(session, row)}


def _faults_of_server(new: NewValues, kept: dict[str, ClusterSpec]) -> Iterator[Fault]:
    server = new.values.get("server")
    for name, spec in kept.items():
        if server and not image_registries.fits(server.get_secret_value(), spec):
            advice = (
                f"cluster {name} pulls from {host_of(spec.image_registry or '')} by this secret; "
                "keep the server, or store another secret"
            )
            yield Fault("values.server", advice, rests_on=("values.server",))
