"""Where an image is made: ids for our own calls, inventory paths for Packer's."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from provisioner.domain.errors import ProvisionerError
from provisioner.domain.faults import Fault
from provisioner.domain.inventory import Inventory, Surroundings
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.image import ImageSpec
from provisioner.domain.virtual_machines import Fact, InventoryObject

_SUFFIX_LENGTH = 8
# vCenter takes no more.
_LONGEST_NAME = 80


class PlaceMissing(ProvisionerError):
    """What the request named, and was there when it was asked for, is not there (any more)."""


class CopyPlace(Fact):
    """`datastore` and `pool`: ids; `name`: the copy's."""

    datastore: str
    name: str
    pool: str


class ImagePlace(Fact):
    """`parent`: the folder below which the image's own lies. `template`: what is cloned or
    imported; None when there is none. `copies` by datastore.
    """

    datacenter: InventoryObject
    parent: InventoryObject
    folder_name: str
    pool: InventoryObject
    cluster: str
    pool_in_cluster: str
    storage: InventoryObject
    network: InventoryObject
    template: InventoryObject | None
    copies: tuple[CopyPlace, ...] = ()

    @property
    def folder_path(self) -> str:
        return f"{self.parent.path}/{self.folder_name}"

    @property
    def iso_folder(self) -> str:
        """On the datastore: the image's own, so that no build takes what others left there."""
        return f"packer_cache/{self.folder_name}"

    @property
    def folder_in_datacenter(self) -> str:
        """Below the datacenter's VM folder."""
        return self.folder_path.removeprefix(f"{self.datacenter.path}/vm/")


def image_place(
    spec: ImageSpec,
    image_id: str,
    known: Inventory,
    root_folder: str,
    pools: Mapping[str, str] = MappingProxyType({}),
) -> ImagePlace:
    """`pools`: ids, by those of datastores that hosts of the image's own pool may not reach.

    Raises PlaceMissing, which tells the fields.
    """
    resolver = Resolver(known, root_folder)
    wish = Wish("", spec.template, spec.placement)
    around, template = resolver.surroundings(wish), resolver.template(wish)
    stores = [
        resolver.datastore(wish, name, f"copies.{index}") for index, name in enumerate(spec.copies)
    ]
    if around is None or resolver.faults:
        raise PlaceMissing(_told(resolver.faults))
    cluster = _cluster(around, known)
    return ImagePlace(
        datacenter=around.datacenter,
        parent=around.folder,
        folder_name=folder_name(spec.name, image_id),
        pool=around.pool,
        cluster=cluster,
        pool_in_cluster=around.pool.path.removeprefix(f"{cluster}/Resources").strip("/"),
        storage=around.storage,
        network=around.networks[0],
        template=template,
        copies=tuple(
            CopyPlace(
                datastore=one.moref,
                name=copy_name(spec.name, one.name),
                pool=pools.get(one.moref, around.pool.moref),
            )
            for one in stores
            if one
        ),
    )


def copy_faults(
    stores: Sequence[InventoryObject | None], own: InventoryObject | None
) -> Iterator[Fault]:
    """`stores`: of the copies, None where a fault is told already; `own`: of the image itself, if
    it is known."""
    for index, one in enumerate(stores):
        if one and one in stores[:index]:
            yield Fault(f"copies.{index}", f"{one.name} is named twice")
        if one and one == own:
            fields = (f"copies.{index}", "placement.datastore")
            yield Fault(f"copies.{index}", f"the image itself is on {one.name}", rests_on=fields)


def folder_name(name: str, image_id: str) -> str:
    return f"image-{name}-{image_id[:_SUFFIX_LENGTH]}"


def copy_name(name: str, datastore: str) -> str:
    """One that is too long is cut, and told from others that begin like it by a digest."""
    whole = f"{name}-{datastore}"
    if len(whole) <= _LONGEST_NAME:
        return whole
    seal = hashlib.sha256(whole.encode()).hexdigest()[:_SUFFIX_LENGTH]
    return f"{whole[: _LONGEST_NAME - len(seal) - 1]}-{seal}"


def boot_test_name(name: str) -> str:
    return f"{name}-boot-test"


def _cluster(around: Surroundings, known: Inventory) -> str:
    """The path of what the pool belongs to."""
    owner = next((one for one in known.objects if one.moref == around.pool.owner), None)
    return owner.path if owner else around.pool.path.partition("/Resources")[0]


def _told(faults: list[Fault]) -> str:
    return "; ".join(f"{fault.path}: {fault.message}" for fault in sorted(set(faults)))
