"""Images as people read them."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.cluster_tables import CONDITIONS
from api.cli.output import Column, Row, pairs, table
from api.cli.words import age, clock

IMAGES: tuple[Column, ...] = (
    ("NAME", lambda row: row["name"]),
    ("STATUS", lambda row: row["status"]),
    ("OS", lambda row: row["os"]),
    ("KUBERNETES", lambda row: row["kubernetesVersion"]),
    ("VCENTER", lambda row: row["vcenter"]),
    ("DATASTORES", lambda row: ", ".join(row["datastores"])),
    ("FROM", lambda row: row["definition"] or row["source"]),
    ("AGE", lambda row: age(row["registeredAt"] or row["createdAt"])),
)
EXPENDABLE = ("FROM", "VCENTER")
TEMPLATES: tuple[Column, ...] = (
    ("TEMPLATE", lambda row: row["name"]),
    ("DATASTORE", lambda row: row["datastore"]),
    ("PATH", lambda row: row["path"]),
)
USES: tuple[Column, ...] = (
    ("USED BY", lambda row: row["name"]),
    ("KIND", lambda row: row["kind"]),
    ("GROUP", lambda row: row["group"]),
)
DEFINITIONS: tuple[Column, ...] = (
    ("DEFINITION", lambda row: row["name"]),
    ("OS", lambda row: row["os"]),
    ("ROLE", lambda row: row["role"]),
)
VARIABLES: tuple[Column, ...] = (
    ("VARIABLE", lambda row: row["name"]),
    ("TYPE", lambda row: row["type"]),
    ("VALUE", lambda row: _short(row["value"])),
    ("MEANING", lambda row: row["description"]),
)
CHECKS: tuple[Column, ...] = (
    ("CHECK", lambda row: row.get("name")),
    ("RESULT", lambda row: "passed" if row.get("ok") else "failed"),
    ("FOUND", lambda row: row.get("found")),
)


def describe_definition(definition: Row) -> RenderableType:
    facts = pairs((name, definition[name]) for name in ("name", "os", "role"))
    return Group(facts, Text(), table(definition["variables"], VARIABLES))


def describe(image: Row) -> RenderableType:
    facts = pairs(
        (
            ("name", image["name"]),
            ("id", image["id"]),
            ("status", image["status"]),
            ("vcenter", image["vcenter"]),
            ("os", image["os"]),
            ("kubernetes", image["kubernetesVersion"]),
            ("definition", image["definition"]),
            ("source", image["source"]),
            ("made from", image["spec"].get("template") or _disc(image)),
            ("copies", ", ".join(image["spec"].get("copies", ()))),
            ("digest", image["digest"]),
            ("operation", image["operation"]),
            ("registered", clock(image["registeredAt"])),
            ("created", f"{clock(image['createdAt'])} by {image['createdBy']}"),
            ("deletion asked", clock(image["deletionRequestedAt"])),
        )
    )
    return Group(facts, *_tables(image))


def _tables(image: Row) -> Iterator[RenderableType]:
    found = (
        (image["templates"], TEMPLATES),
        (image["uses"], USES),
        (list(_checks(image["report"])), CHECKS),
        (image["conditions"], CONDITIONS),
    )
    for rows, columns in found:
        if rows:
            yield from (Text(), table(rows, columns))


def _disc(image: Row) -> object:
    return image["spec"].get("variables", {}).get("iso_url")


def _checks(report: Row) -> Iterator[Row]:
    """The machine's own, before it became a template, and that a clone of it boots."""
    yield from report.get("checks") or ()
    if boot := report.get("bootTest"):
        found = "; ".join(boot.get("problems") or ()) or boot.get("os")
        yield {"name": "boot-test", "ok": boot.get("ok"), "found": found}


def _short(value: object) -> object:
    """As a document writes it, but of a list only how long it is."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{len(value)} texts" if isinstance(value, list) else value
