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

    url: HttpsUrl | None = None
    file: ManifestFile | None = None
    sha256: Digest


class LoadBalancerAddOn(Document):
    """MetalLB, for `loadBalancerRanges`. Switched off, the ranges stay reserved for another one."""

    enabled: bool = True


class StorageDriverAddOn(Document):
    """vSphere CSI and its StorageClass, for `storage`."""

    enabled: bool = True


class AddOns(Document):
    cni_manifest: CniManifest | None = None
    load_balancer: LoadBalancerAddOn = Field(default_factory=LoadBalancerAddOn)
    storage_driver: StorageDriverAddOn = Field(default_factory=StorageDriverAddOn)


class Storage(Document):
    """vSphere's cloud provider and storage driver work with the account in `secret`.

    `policy` is the vSphere storage policy of the default StorageClass; without one vSphere
    chooses the datastore.
    """

    secret: Label
    policy: InventoryName | None = None
