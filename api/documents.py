"""Request bodies in the OpenAPI document: routes read them by hand, to name all faults at once."""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

_TEMPLATE = "#/components/schemas/{model}"


def body_of(kind: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """For a route's `openapi_extra`."""
    schema = {"$ref": _TEMPLATE.format(model=kind.__name__)}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


def schemas_of(*kinds: type[BaseModel]) -> dict[str, Any]:
    """What `body_of` refers to, by name."""
    _, found = models_json_schema([(kind, "validation") for kind in kinds], ref_template=_TEMPLATE)
    return dict(found.get("$defs", {}))
