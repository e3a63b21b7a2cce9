"""Where an image is asked for: what the request names, found in its vCenter."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault
from provisioner.domain.image_copies import Need, Prospect
from provisioner.domain.image_places import copy_faults
from provisioner.domain.inventory import Inventory, Surroundings
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.image import ImageBuild, ImageImport
from provisioner.domain.virtual_machines import InventoryObject
from provisioner.store import image_needs, image_uses, inventory, sites
from provisioner.store.tables import VCenter


@dataclass(frozen=True)
class Site:
    """`around` is None, and `template` of a clone or import, when there are faults. `own`: the
    datastore that a build is on; an import's template is wherever it is.
    """

    vcenter: VCenter
    known: Inventory
    around: Surroundings | None
    template: InventoryObject | None
    own: InventoryObject | None
    faults: tuple[Fault, ...]

    def needs(self, session: Session, image: Prospect) -> tuple[Need, ...]:
        """Where the image should be, and why."""
        if self.around is None:
            return ()
        where = self.vcenter, self.known, self.around.datacenter
        return image_needs.copies_needed(session, *where, image)


def find_site(session: Session, org_id: int, request: ImageBuild | ImageImport) -> Site:
    """Raises InvalidRequest when the vCenter itself is the fault."""
    vcenter = sites.find_vcenter(session, org_id, request.vcenter)
    known = inventory.load(session, vcenter.id)
    resolver = Resolver(known, vcenter.root_folder)
    wish = Wish("", request.template, request.placement)
    around, template = resolver.surroundings(wish), resolver.template(wish)
    stores = [
        resolver.datastore(wish, name, f"copies.{index}")
        for index, name in enumerate(request.copies or ())
    ]
    # The placement of an import is for the boot test alone.
    own = around.storage if around and isinstance(request, ImageBuild) else None
    templates = {"template": template.moref} if template else {}
    going = image_uses.hold(session, vcenter, templates)
    faults = (*resolver.faults, *copy_faults(stores, own), *going)
    return Site(vcenter, known, around, template, own, faults)
