"""Which requests for images are accepted: every fault, against definitions and inventory."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.orm import Session

from api.images.site import Site, find_site
from provisioner.domain.faults import Fault, InvalidRequest
from provisioner.domain.image_copies import Need, Prospect
from provisioner.domain.image_definitions import Definition
from provisioner.domain.image_names import default_name
from provisioner.domain.images import KIND
from provisioner.domain.spec.image import Copies, ImageBuild, ImageImport, ImageSpec
from provisioner.domain.spec.image_checks import check_build, check_import
from provisioner.domain.spec.reading import read
from provisioner.images.definitions import Definitions
from provisioner.images.digest import digest
from provisioner.images.errors import DefinitionUnknown
from provisioner.store import sites
from provisioner.store.tables import VCenter

R = TypeVar("R", bound=ImageBuild | ImageImport)


@dataclass(frozen=True)
class Admitted:
    """What goes on record, and where. `needs`: datastores where it should be, with the reasons, if
    nobody named its copies; its own may be one of them.
    """

    spec: ImageSpec
    vcenter: VCenter
    needs: tuple[Need, ...] = ()

    @property
    def datastores(self) -> tuple[str, ...]:
        """Where whatever answers the request should be."""
        return tuple(need.datastore for need in self.needs) or self.spec.copies


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
    definition = definitions.read(request.definition)
    spec = _spec(request, site, name=request.name or KIND, role=definition.role)
    seal = digest(definitions, spec, site.template)
    name = request.name or _free_name(session, org_id, spec, seal)
    sealed = spec.model_copy(update={"digest": seal, "name": name})
    return request, _admitted(session, request.copies, sealed, site, definition.os)


def check_name(session: Session, org_id: int, spec: ImageSpec) -> None:
    """Of a build that no image answers. Raises InvalidRequest."""
    if faults := sites.faults_of_name(session, org_id, KIND, spec.name):
        raise InvalidRequest(faults)


def admit_import(session: Session, org_id: int, body: object) -> Admitted:
    """Raises InvalidRequest with all faults."""
    request, site = _read(session, org_id, ImageImport, body, check_import)
    spec = _spec(request, site, source="import")
    return _admitted(session, request.copies, spec, site, request.os)


def _read(
    session: Session,
    org_id: int,
    kind: type[R],
    body: object,
    own: Callable[[R], Iterable[Fault]],
) -> tuple[R, Site]:
    found: list[Site] = []

    def checks(request: R) -> list[Fault]:
        faults = list(own(request))
        try:
            found.append(find_site(session, org_id, request))
            faults += found[-1].faults
        except InvalidRequest as err:
            faults += err.faults
        if request.name and (faults or isinstance(request, ImageImport)):
            # Of a sound build it may be the name of exactly this, which is the answer then.
            faults += sites.faults_of_name(session, org_id, KIND, request.name)
        return faults

    return read(kind, body, checks), found[-1]


def _spec(request: ImageBuild | ImageImport, site: Site, **changes: object) -> ImageSpec:
    """The template by its path: names may come to stand for something else."""
    given = request.model_dump(exclude={"force", "copies"})
    path = site.template.path if site.template else None
    copies = {"copies": request.copies or ()}
    return ImageSpec.model_validate(given | {"template": path} | copies | changes)


def _admitted(
    session: Session, asked: Copies | None, spec: ImageSpec, site: Site, os: str | None
) -> Admitted:
    """With the copies that are needed, if none are asked for."""
    if asked is not None:
        return Admitted(spec, site.vcenter)
    image = Prospect(spec.definition, spec.role, os, spec.kubernetes_version)
    needs = site.needs(session, image)
    own = site.own.name if site.own else None
    copies = tuple(need.datastore for need in needs if need.datastore != own)
    return Admitted(spec.model_copy(update={"copies": copies}), site.vcenter, needs)


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
