"""The command that explains documents, from the models that read them."""

import json
from difflib import get_close_matches
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from api.cli.errors import Misused
from api.cli.explaining import Explanation, Field, NoField
from api.cli.options import Output
from api.cli.output import Column, Format, show, table

FIELDS: tuple[Column, ...] = (
    ("FIELD", lambda row: row["field"]),
    ("TYPE", lambda row: row["type"]),
    ("DEFAULT", lambda row: "(required)" if row["required"] else _spelt(row["default"])),
    ("LIMITS", lambda row: row["limits"]),
    ("MEANING", lambda row: row["meaning"]),
)

Path = Annotated[
    str,
    typer.Argument(
        metavar="DOCUMENT[.FIELD...]",
        help="cluster, nodepool, etcd, image, image-import or lb; fields of theirs by dots.",
        show_default=False,
    ),
]
Every = Annotated[bool, typer.Option("--recursive", "-r", help="Also the fields of its fields.")]


def explain(path: Path, recursive: Every = False, output: Output = Format.TABLE) -> None:
    """Explain what a document may hold: each field, its default and limits.

    Examples:

      pkectl explain cluster

      pkectl explain cluster.controlPlane.addresses

      pkectl explain cluster --recursive

      pkectl explain etcd.members

      pkectl explain lb.services.pools.check
    """
    kind, *names = path.replace("[]", "").split(".")
    explanation = Explanation(kind, _schema(kind))
    try:
        found = explanation.at(tuple(name for name in names if not name.isdigit()))
    except NoField as err:
        raise Misused(
            f"{path}: there is no field {err.name}", _advice(err.name, err.known)
        ) from None
    below = [(one.name, one) for one in explanation.below(found)]
    rows = list(explanation.tree(found, path)) if recursive else below
    described = _row(path, found) | {
        "about": found.about,
        "fields": [_row(name, one) for name, one in rows],
    }
    show(described, output, lambda: _people(described))


def _schema(kind: str) -> dict[str, Any]:
    # Models take their time to load, and only this command needs them.
    from provisioner.domain.spec.cluster import ClusterSpec, NodePool
    from provisioner.domain.spec.document import Document
    from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
    from provisioner.domain.spec.image import ImageBuild, ImageImport
    from provisioner.domain.spec.load_balancer import LoadBalancerSpec

    documents: dict[str, type[Document]] = {
        "cluster": ClusterSpec,
        "nodepool": NodePool,
        "etcd": EtcdClusterSpec,
        "image": ImageBuild,
        "image-import": ImageImport,
        "lb": LoadBalancerSpec,
    }
    if kind not in documents:
        raise Misused(f"there is no document {kind!r}", _advice(kind, list(documents)))
    return documents[kind].model_json_schema()


def _advice(name: str, known: list[str]) -> str:
    if close := get_close_matches(name, known, n=1):
        return f"did you mean {close[0]}?"
    return f"there are {', '.join(known)}" if known else "it has no fields of its own"


def _row(name: str, field: Field) -> dict[str, Any]:
    return {
        "field": name,
        "type": field.type,
        "required": field.required,
        "default": field.default,
        "limits": field.limits,
        "meaning": " ".join(field.meaning.split()),
    }


def _people(found: dict[str, Any]) -> RenderableType:
    facts = [found["type"], "required" if found["required"] else "", found["limits"]]
    if found["default"] is not None:
        facts.append(f"default {_spelt(found['default'])}")
    head = [Text(f"{found['field']}: {'; '.join(one for one in facts if one)}", style="bold")]
    head += [Text(text) for text in (found["meaning"], found["about"]) if text]
    if not found["fields"]:
        return Group(*head)
    return Group(*head, Text(), table(found["fields"], FIELDS))


def _spelt(default: object) -> str:
    if default is None:
        return ""
    return default if isinstance(default, str) else json.dumps(default)
