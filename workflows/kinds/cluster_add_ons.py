"""A cluster's add-ons: put in, taken out, looked at."""

from collections.abc import Iterable

from provisioner.domain import add_ons
from provisioner.domain.conditions import Condition
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.kubernetes.addons.model import Installed
from provisioner.kubernetes.interface import KubernetesApi
from provisioner.settings import Settings
from provisioner.store import add_ons as sightings
from provisioner.store import clusters, resources
from provisioner.store.add_ons import Sighting
from provisioner.store.database import Database
from provisioner.vault.vault import Vault
from workflows.kinds.add_on_rendering import Rendering
from workflows.kinds.cluster_access import ClusterAccess


class ClusterAddOns:
    def __init__(
        self, database: Database, vault: Vault, access: ClusterAccess, settings: Settings
    ) -> None:
        self._database, self._access = database, access
        self._rendering = Rendering(database, vault, settings)

    def bring_up_to_date(self, resource_id: str, name: str) -> None:
        """The cluster has the add-on as its document says, or no more."""
        with self._database.read() as session:
            spec = clusters.spec_of(session, resources.get(session, resource_id))
        wish = add_ons.wish(spec, name)
        api = self._access.api(resource_id)
        if wish is None or wish.removed:
            api.remove_add_on(name)
        else:
            api.apply_add_on(self._rendering.render(resource_id, spec, wish))
        self._note(resource_id, {name: api.installed_add_on(name)})

    def look(self, resource_id: str, spec: ClusterSpec, api: KubernetesApi) -> list[Condition]:
        """One condition each of those that are there or should be."""
        wishes = add_ons.wishes(spec)
        names = (*(wish.name for wish in wishes), *add_ons.OF_KUBEADM)
        seen = {name: api.installed_add_on(name) for name in names}
        self._note(resource_id, seen)
        return [*_conditions(seen, {wish.name for wish in wishes if not wish.removed})]

    def _note(self, resource_id: str, seen: dict[str, Installed | None]) -> None:
        with self._database.write() as session:
            for name, found in seen.items():
                sightings.note(session, resource_id, name, _sighting(found) if found else None)


def _sighting(found: Installed) -> Sighting:
    return Sighting(found.program, found.version, found.objects, found.problems)


def _conditions(seen: dict[str, Installed | None], wanted: set[str]) -> Iterable[Condition]:
    for name, found in seen.items():
        kind = f"AddOnHealthy/{name}"
        if found is None:
            if name in wanted:
                told = f"it is not in the cluster; the condition TaskDone/{name} tells why"
                yield Condition(type=kind, status="False", reason="Missing", message=told)
        elif found.problems:
            told = "; ".join(found.problems)
            yield Condition(type=kind, status="False", reason="NotReady", message=told)
        else:
            told = f"{found.program} {found.version}"
            yield Condition(type=kind, status="True", reason="Healthy", message=told)
