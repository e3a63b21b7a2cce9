"""A request for a node image against itself, and against the definition it names."""

from collections.abc import Iterator

from provisioner.domain.faults import Fault
from provisioner.domain.image_definitions import NODE, Definition
from provisioner.domain.spec.image import ImageBuild, ImageImport
from provisioner.domain.spec.image_variable_checks import (
    check_containerd,
    check_iso,
    check_variables,
)
from provisioner.domain.spec.placement_checks import check_placement

# Segments of paths that begin like an image's own.
RESERVED = ("builds", "definitions", "import")


def check_build(build: ImageBuild, definition: Definition | None) -> Iterator[Fault]:
    """`definition`: None while it is a fault itself."""
    yield from _common(build)
    yield from _template(build)
    if build.placement.datastore_cluster:
        advice = "an image is built on one datastore; name it in placement.datastore"
        yield Fault("placement.datastoreCluster", advice)
    if definition:
        yield from _kubernetes(build, definition)
        yield from check_variables(build, definition)
        yield from check_iso(build, definition)
        yield from check_containerd(build, definition)


def check_import(wanted: ImageImport) -> Iterator[Fault]:
    yield from _common(wanted)


def _common(wanted: ImageBuild | ImageImport) -> Iterator[Fault]:
    yield from check_placement(wanted.placement, "placement", whole=True)
    if wanted.name in RESERVED:
        yield Fault("name", f"{wanted.name!r} is a word of the API's own; choose another name")


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
