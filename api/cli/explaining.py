"""What a document may hold, read from the JSON schema of its model."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provisioner.domain.spec.document import IN_WORDS

Schema = dict[str, Any]

_FORMATS = {
    "ipv4": "IPv4 address",
    "ipv4network": "IPv4 network",
    "ipv4interface": "IPv4 address with prefix length",
}
_WORDS = {
    "string": "text",
    "integer": "number",
    "number": "decimal number",
    "boolean": "true or false",
}


class NoField(Exception):
    """`known` are the fields there are in that place."""

    def __init__(self, name: str, known: list[str]) -> None:
        super().__init__(name)
        self.name, self.known = name, known


@dataclass(frozen=True)
class Field:
    """`schema` has neither references nor the possibility to be null."""

    name: str
    schema: Schema
    required: bool
    default: Any
    meaning: str

    @property
    def type(self) -> str:
        return _type(self.schema)

    @property
    def about(self) -> str:
        """Of what it holds, beside what it means here."""
        text = str(self.schema.get("items", self.schema).get("description", ""))
        return "" if text == self.meaning else text

    @property
    def limits(self) -> str:
        return "; ".join(_limits(self.schema))


class Explanation:
    """`root`: a schema as pydantic writes it, its definitions in `$defs`."""

    def __init__(self, name: str, root: Schema) -> None:
        self._name, self._root = name, root

    def at(self, path: tuple[str, ...]) -> Field:
        """The whole document where the path is empty. Raises NoField."""
        found = Field(self._name, self._root, True, None, self._root.get("description", ""))
        for name in path:
            below = {one.name: one for one in self.below(found)}
            if name not in below:
                raise NoField(name, list(below))
            found = below[name]
        return found

    def below(self, field: Field) -> Iterator[Field]:
        """Of an object, or of the objects in a list."""
        schema = field.schema.get("items", field.schema)
        required = schema.get("required", ())
        for name, raw in schema.get("properties", {}).items():
            plain = self._plain(raw)
            meaning = raw.get("description") or plain.get("description", "")
            yield Field(name, plain, name in required, raw.get("default"), meaning)

    def tree(self, field: Field, path: str) -> Iterator[tuple[str, Field]]:
        """Everything below, each with its path."""
        for one in self.below(field):
            mark = "[]" if one.schema.get("type") == "array" else ""
            yield f"{path}.{one.name}", one
            yield from self.tree(one, f"{path}.{one.name}{mark}")

    def _plain(self, schema: Schema) -> Schema:
        if "$ref" in schema:
            return self._plain(self._root["$defs"][schema["$ref"].rpartition("/")[2]])
        if "anyOf" in schema:
            given = [one for one in schema["anyOf"] if one.get("type") != "null"]
            return self._plain(given[0]) if len(given) == 1 else schema | {"anyOf": given}
        if "items" in schema:
            return schema | {"items": self._plain(schema["items"])}
        return schema


def _type(schema: Schema) -> str:
    if "anyOf" in schema:
        return " or ".join(map(_type, schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    if schema.get("type") == "object":
        return "object" if "properties" in schema else "map"
    return _FORMATS.get(schema.get("format", ""), _WORDS.get(schema.get("type", ""), "any"))


def _limits(schema: Schema) -> Iterator[str]:
    if "enum" in schema:
        yield "one of " + ", ".join(map(str, schema["enum"]))
    yield from _range(schema, "minimum", "maximum", "")
    if "multipleOf" in schema:
        yield f"a multiple of {schema['multipleOf']}"
    yield from _range(schema, "minItems", "maxItems", " entries")
    yield from _range(schema, "minProperties", "maxProperties", " entries")
    if words := IN_WORDS.get(schema.get("pattern", "")):
        yield words
    elif "maxLength" in schema:
        yield f"at most {schema['maxLength']} characters"
    if schema.get("type") == "array":
        yield from _limits(schema["items"])


def _range(schema: Schema, low: str, high: str, what: str) -> Iterator[str]:
    if low in schema and high in schema:
        yield f"{schema[low]} to {schema[high]}{what}"
    elif low in schema:
        yield f"at least {schema[low]}{what}"
    elif high in schema:
        yield f"at most {schema[high]}{what}"
