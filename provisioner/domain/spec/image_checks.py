"""A request for a node image against itself, and against the definition it names."""

from collections.abc import Callable, Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.image_definitions import NODE, Declaration, Definition
from provisioner.domain.spec.image import ImageBuild, ImageImport, Variable
from provisioner.domain.spec.placement_checks import check_placement

# Segments of paths that begin like an image's own.
RESERVED = ("builds", "import")


def check_build(build: ImageBuild, definition: Definition | None) -> Iterator[Fault]:
    """`definition`: None while it is a fault itself."""
    yield from _common(build)
    yield from _template(build)
    if build.placement.datastore_cluster:
        advice = "an image is built on one datastore; name it in placement.datastore"
        yield Fault("placement.datastoreCluster", advice)
    if definition:
        yield from _kubernetes(build, definition)
        yield from _variables(build, definition)
        yield from _iso(build, definition)


def check_import(wanted: ImageImport) -> Iterator[Fault]:
    yield from _common(wanted)


def _common(wanted: ImageBuild | ImageImport) -> Iterator[Fault]:
    yield from check_placement(wanted.placement, "placement", whole=True)
    if wanted.name in RESERVED:
        yield Fault("name", f"{wanted.name!r} is a word of the API's own; choose another name")
    for index, name in enumerate(wanted.copies):
        if name in wanted.copies[:index]:
            yield Fault(f"copies.{index}", f"{name} is named twice")
        if name == wanted.placement.datastore:
            fields = (f"copies.{index}", "placement.datastore")
            yield Fault(f"copies.{index}", f"the image itself is on {name}", rests_on=fields)


def _template(build: ImageBuild) -> Iterator[Fault]:
    fields = ("template", "source")
    if build.source == "clone" and build.template is None:
        advice = "is needed by source clone: a template with cloud-init and VMware tools"
        yield Fault("template", advice, rests_on=fields)
    if build.source == "iso" and build.template is not None:
        yield Fault("template", "is of source clone alone; leave it out", rests_on=fields)


def _kubernetes(build: ImageBuild, definition: Definition) -> Iterator[Fault]:
    fields = ("kubernetesVersion", "definition")
    given, nodes = build.kubernetes_version is not None, definition.role == NODE
    if nodes and not given:
        advice = f"is needed: {definition.name} makes nodes of Kubernetes; such as 1.35.4"
        yield Fault("kubernetesVersion", advice, rests_on=fields)
    if given and not nodes:
        advice = f"{definition.name} has none, its role is {definition.role}; leave it out"
        yield Fault("kubernetesVersion", advice, rests_on=fields)


def _variables(build: ImageBuild, definition: Definition) -> Iterator[Fault]:
    for name, value in build.variables.items():
        at = f"variables.{name}"
        declared = definition.variables.get(name)
        if declared is None:
            known = ", ".join(sorted(definition.variables))
            yield Fault(at, f"is no variable that a build may set; there are: {known}")
        elif declared.sensitive:
            yield Fault(at, "is marked sensitive, and what is given here is shown to all readers")
        elif not _fits(declared, value):
            yield Fault(at, f"must be of type {declared.type}")


def _iso(build: ImageBuild, definition: Definition) -> Iterator[Fault]:
    if build.source != "iso":
        return
    said = {**definition.settings, **build.variables}
    if not said.get("iso_url"):
        yield Fault("variables.iso_url", "is needed by source iso: where Packer finds the ISO")
    if str(said.get("iso_checksum") or "none").startswith("none"):
        advice = "is needed by source iso: sha256:... of the ISO"
        yield Fault("variables.iso_checksum", advice)


# Python takes true for 1.
_TYPES: dict[str, Callable[[Variable], bool]] = {
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "list(string)": lambda value: isinstance(value, tuple),
}


def _fits(declared: Declaration, value: Variable) -> bool:
    fits = _TYPES.get(declared.type)
    return fits is None or fits(value)
