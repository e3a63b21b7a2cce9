"""Properties in bulk, by leaf path: one request whatever the number of objects."""

from collections.abc import Iterable, Sequence
from typing import Any

from pyVmomi import vmodl

Collector = vmodl.query.PropertyCollector
Properties = dict[str, Any]


def paths(kind: Any, *names: str) -> Any:
    return Collector.PropertySpec(type=kind, pathSet=list(names))


def read(content: Any, objects: Iterable[Any], wanted: Sequence[Any]) -> dict[str, Properties]:
    """By moref. Objects that are gone are left out, as are properties that are unset."""
    return read_along(content, objects, wanted, ())


def read_along(
    content: Any, objects: Iterable[Any], wanted: Sequence[Any], steps: Sequence[Any]
) -> dict[str, Properties]:
    """As `read`, and what the traversal `steps` lead to from there."""
    return {found.obj._moId: values(found) for found in _retrieve(content, objects, wanted, steps)}


def values(found: Any) -> Properties:
    return {one.name: one.val for one in found.propSet}


def read_all(content: Any, objects: Iterable[Any], wanted: Sequence[Any]) -> dict[str, Properties]:
    """As `read`, but what may not be read raises its fault; it looks like what is unset."""
    return {found.obj._moId: all_values(found) for found in _retrieve(content, objects, wanted, ())}


def all_values(found: Any) -> Properties:
    for missing in found.missingSet:
        raise missing.fault
    return values(found)


def step(name: str, kind: Any, path: str, *following: str) -> Any:
    """A traversal from objects of `kind` along the property `path`, then along the named ones."""
    onward = [Collector.SelectionSpec(name=one) for one in following]
    return Collector.TraversalSpec(
        name=name, type=kind, path=path, skip=False, selectSet=onward or None
    )


def filter_spec(objects: Iterable[Any], wanted: Sequence[Any], steps: Sequence[Any] = ()) -> Any:
    return Collector.FilterSpec(
        propSet=list(wanted),
        objectSet=[
            Collector.ObjectSpec(obj=one, skip=False, selectSet=list(steps)) for one in objects
        ],
        reportMissingObjectsInResults=True,
    )


def view_spec(view: Any, wanted: Sequence[Any]) -> Any:
    """Of the members of a view, as they come and go."""
    members = Collector.TraversalSpec(name="members", type=type(view), path="view", skip=False)
    return Collector.FilterSpec(
        propSet=list(wanted),
        objectSet=[Collector.ObjectSpec(obj=view, skip=True, selectSet=[members])],
        reportMissingObjectsInResults=True,
    )


def _retrieve(
    content: Any, objects: Iterable[Any], wanted: Sequence[Any], steps: Sequence[Any]
) -> list[Any]:
    collector = content.propertyCollector
    page = collector.RetrievePropertiesEx(
        [filter_spec(objects, wanted, steps)], Collector.RetrieveOptions()
    )
    found: list[Any] = []
    while page is not None:
        found += page.objects
        page = collector.ContinueRetrievePropertiesEx(page.token) if page.token else None
    return found
