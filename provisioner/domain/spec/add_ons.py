"""What a cluster's document says about its add-ons."""

from pydantic import Field

from provisioner.domain.spec.document import (
    Digest,
    Document,
    HttpsUrl,
    InventoryName,
    Label,
    ManifestFile,
)


class CniManifest(Document):
    """Where the network plugin's objects are: `url`, or `file` in the service's own folder.

    `sha256` is of exactly those bytes; others are never applied.
    """

    url: HttpsUrl | None = Field(default=None, description="Where the service fetches it.")
    file: ManifestFile | None = Field(
        default=None, description="Its name in the folder of the setting PKE_ADD_ON_MANIFESTS."
    )
    sha256: Digest = Field(description="SHA-256 of exactly that manifest.")


class LoadBalancerAddOn(Document):
    """MetalLB, for `loadBalancerRanges`. Switched off, the ranges stay reserved for another one."""

    enabled: bool = Field(default=True, description="Whether the cluster has it.")


class StorageDriverAddOn(Document):
    """vSphere CSI and its StorageClass, for `storage`."""

    enabled: bool = Field(default=True, description="Whether the cluster has it.")


class AddOns(Document):
    cni_manifest: CniManifest | None = Field(
        default=None, description="The objects of calico or cilium; needed with these."
    )
    load_balancer: LoadBalancerAddOn = Field(default_factory=LoadBalancerAddOn)
    storage_driver: StorageDriverAddOn = Field(default_factory=StorageDriverAddOn)


class Storage(Document):
    """vSphere's cloud provider and storage driver work with the account in `secret`.

    `policy` is the vSphere storage policy of the default StorageClass; without one vSphere
    chooses the datastore.
    """

    secret: Label = Field(description="Name of a secret of type vsphere: pkectl secret create.")
    policy: InventoryName | None = Field(
        default=None, description="vSphere storage policy of the default StorageClass."
    )
