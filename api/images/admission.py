"""Which requests for images are accepted: every fault, against definitions and inventory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.image_definitions import Definition
from provisioner.domain.image_names import default_name
from provisioner.domain.image_places import copy_faults
from provisioner.domain.images import KIND
from provisioner.domain.inventory import Resolved
from provisioner.domain.resolving import Resolver, Wish
from provisioner.domain.spec.image import ImageBuild, ImageImport, ImageSpec
from provisioner.domain.spec.image_checks import check_build, check_import
from provisioner.domain.spec.reading import read
from provisioner.images.definitions import Definitions
from provisioner.images.digest import digest
from provisioner.images.errors import DefinitionUnknown
from provisioner.store import image_uses, inventory, sites
from provisioner.store.tables import VCenter

R = TypeVar("R", bound=ImageBuild | ImageImport)


@dataclass(frozen=True)
class Admitted:
    """What goes on record, and where."""

    spec: ImageSpec
    vcenter: VCenter


def admit_build(
    session: Session, org_id: int, body: object, definitions: Definitions
) -> tuple[ImageBuild, Admitted]:
    """Raises InvalidRequest with all faults; a taken name alone is for `check_name` to find."""

    def own(request: ImageBuild) -> Iterable[Fault]:
        try:
            definition: Definition | None = definitions.read(request.definition)
        except DefinitionUnknown as err:
            definition = None
            yield Fault("definition", str(err))
        yield from check_build(request, definition)

    request, site = _read(session, org_id, ImageBuild, body, own)
    role = definitions.read(request.definition).role
    spec = _spec(request, site, name=request.name or KIND, role=role)
    seal = digest(definitions, spec, site.place.template if site.place else None)
    name = request.name or _free_name(session, org_id, spec, seal)
    sealed = spec.model_copy(update={"digest": seal, "name": name})
    return request, Admitted(sealed, site.vcenter)


def check_name(session: Session, org_id: int, spec: ImageSpec) -> None:
    """Of a build that no image answers. Raises InvalidRequest."""
    if faults := sites.faults_of_name(session, org_id, KIND, spec.name):
        raise InvalidRequest(faults)


def admit_import(session: Session, org_id: int, body: object) -> Admitted:
    """Raises InvalidRequest with all faults."""
    request, site = _read(session, org_id, ImageImport, body, check_import)
    return Admitted(_spec(request, site, source="import"), site.vcenter)


@dataclass(frozen=True)
class _Site:
    vcenter: VCenter
    place: Resolved | None
    faults: tuple[Fault, ...]


def _read(
    session: Session,
    org_id: int,
    kind: type[R],
    body: object,
    own: Callable[[R], Iterable[Fault]],
) -> tuple[R, _Site]:
    found: list[_Site] = []

    def checks(request: R) -> list[Fault]:
        faults = list(own(request))
        try:
            found.append(_site(session, org_id, request))
            faults += found[-1].faults
        except InvalidRequest as err:
            faults += err.faults
        if request.name and (faults or isinstance(request, ImageImport)):
            # Of a sound build it may be the name of exactly this, which is the answer then.
            faults += sites.faults_of_name(session, org_id, KIND, request.name)
        return faults

    return read(kind, body, checks), found[-1]


def _site(session: Session, org_id: int, request: ImageBuild | ImageImport) -> _Site:
    """Raises InvalidRequest when the vCenter itself is the fault."""
    vcenter = sites.find_vcenter(session, org_id, request.vcenter)
    resolver = Resolver(inventory.load(session, vcenter.id), vcenter.root_folder)
    wish = Wish("", request.template, request.placement)
    place = resolver.resolve(wish)
    stores = [
        resolver.datastore(wish, name, f"copies.{index}")
        for index, name in enumerate(request.copies)
    ]
    # An import's template is wherever it is; its placement is for the boot test alone.
    own = place.storage if place and isinstance(request, ImageBuild) else None
    templates = {"template": place.template.moref} if place else {}
    going = image_uses.hold(session, vcenter, templates)
    return _Site(vcenter, place, (*resolver.faults, *copy_faults(stores, own), *going))


def _spec(request: ImageBuild | ImageImport, site: _Site, **changes: object) -> ImageSpec:
    """The template by its path: names may come to stand for something else."""
    given = request.model_dump(exclude={"force"})
    path = site.place.template.path if site.place else None
    return ImageSpec.model_validate(given | {"template": path} | changes)


def _free_name(session: Session, org_id: int, spec: ImageSpec, seal: str) -> str:
    """Raises InvalidRequest when what it is made of is too long for a name."""

    def is_taken(name: str) -> bool:
        return bool(sites.faults_of_name(session, org_id, KIND, name))

    name = default_name(spec, seal, is_taken)
    if len(name) > _LONGEST:
        advice = f"is needed here: {name} would be longer than {_LONGEST} characters"
        raise InvalidRequest([Fault("name", advice)])
    return name


_LONGEST = 63
