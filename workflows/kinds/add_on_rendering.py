"""From a cluster's document, its vCenter and its secrets to the objects of an add-on."""

from dataclasses import dataclass

from provisioner.domain import add_ons
from provisioner.domain.add_ons import Wish
from provisioner.domain.servers import spelled
from provisioner.domain.spec.add_ons import CniManifest, Storage
from provisioner.domain.spec.cluster import ClusterSpec
from provisioner.domain.spec.endpoint import API_PORT
from provisioner.kubernetes.addons import (
    cloud_provider,
    fetching,
    flannel,
    manifests,
    metallb,
    storage_driver,
)
from provisioner.kubernetes.addons.cloud_provider import CloudProvider
from provisioner.kubernetes.addons.flannel import Flannel
from provisioner.kubernetes.addons.images import with_registry
from provisioner.kubernetes.addons.model import AddOn, Object
from provisioner.kubernetes.addons.storage_driver import StorageDriver
from provisioner.kubernetes.addons.vsphere import VSphere
from provisioner.kubernetes.errors import AddOnImpossible
from provisioner.settings import Settings
from provisioner.store import resources, secrets
from provisioner.store.database import Database
from provisioner.vault.vault import Vault


@dataclass(frozen=True)
class Rendering:
    database: Database
    vault: Vault
    settings: Settings

    def render(self, resource_id: str, spec: ClusterSpec, wish: Wish) -> AddOn:
        """Raises KubernetesError, VaultError, NotFound. Fetches manifests; asks no cluster."""
        objects = self._objects(resource_id, spec, wish)
        rewritten = tuple(with_registry(one, spec.image_registry) for one in objects)
        return AddOn(wish.name, wish.program, _version(spec, wish), rewritten)

    def _objects(self, resource_id: str, spec: ClusterSpec, wish: Wish) -> tuple[Object, ...]:
        version = wish.version or ""
        match wish.name:
            case add_ons.CNI:
                return self._cni(spec, version)
            case add_ons.LOAD_BALANCER:
                schedulable = spec.control_plane.schedulable
                return metallb.objects(spec.load_balancer_ranges, version, schedulable)
        if spec.storage is None:
            raise AddOnImpossible(f"{wish.name} needs the cluster's storage")
        vsphere = self._vsphere(resource_id, spec, spec.storage)
        if wish.name == add_ons.CLOUD_PROVIDER:
            floating = str(spec.endpoint.vip) if spec.endpoint.vip else None
            return cloud_provider.objects(CloudProvider(vsphere, floating, version))
        return storage_driver.objects(
            StorageDriver(
                vsphere, resource_id, spec.control_plane.size, spec.storage.policy, version
            )
        )

    def _cni(self, spec: ClusterSpec, version: str) -> tuple[Object, ...]:
        manifest = spec.add_ons.cni_manifest
        if manifest is not None:
            text = self._manifest(manifest)
            return manifests.objects(_source(manifest), text, manifest.sha256)
        return flannel.objects(
            Flannel(
                str(spec.kubernetes.pod_cidr),
                spec.api_host,
                API_PORT,
                version,
                add_ons.FLANNEL_PLUGIN,
            )
        )

    def _manifest(self, manifest: CniManifest) -> bytes:
        if manifest.file:
            return fetching.from_folder(manifest.file, self.settings.add_on_manifests)
        bundle = self.settings.add_on_ca_file
        return fetching.from_url(_source(manifest), bundle.read_text() if bundle else None)

    def _vsphere(self, resource_id: str, spec: ClusterSpec, storage: Storage) -> VSphere:
        """The account in the cluster is the one of `storage.secret`, never the service's own."""
        with self.database.read() as session:
            resource = resources.get(session, resource_id)
            port = resources.vcenter_of(session, resource).port
            found = secrets.find(session, resource.org_id, storage.secret)
        if found.type != "vsphere":
            told = f"the secret {storage.secret} is of type {found.type} now: store one of vsphere"
            raise AddOnImpossible(told)
        values = self.vault.read_secret(found.secret_path)
        shown = {name: value.get_secret_value() for name, value in values.items()}
        return VSphere(
            server=shown["server"],
            port=port,
            user=values["username"],
            password=values["password"],
            datacenters=(spec.placement.datacenter,),
            authority=shown.get("caBundle"),
            thumbprint=spelled(shown["thumbprint"]) if shown.get("thumbprint") else None,
        )


def _version(spec: ClusterSpec, wish: Wish) -> str:
    """A manifest of the operator's is known by its digest alone."""
    manifest = spec.add_ons.cni_manifest
    if wish.name == add_ons.CNI and manifest is not None:
        return f"sha256:{manifest.sha256[:12]}"
    return wish.version or ""


def _source(manifest: CniManifest) -> str:
    return manifest.url or manifest.file or ""
