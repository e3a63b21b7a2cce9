"""What a text should look like is told in words, never by a pattern."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from api.openapi import BODIES
from api.secrets.schemas import EtcdValues, RegistryValues, VSphereValues
from provisioner.domain.spec.document import IN_WORDS
from tests.api.asking import faults


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        schema = list(schema.values())
    if isinstance(schema, list):
        for one in schema:
            yield from patterns(one)


@pytest.mark.parametrize("model", [*BODIES, VSphereValues, EtcdValues, RegistryValues])
def test_every_pattern_of_a_body_has_its_words(model: type[BaseModel]) -> None:
    assert set(patterns(model.model_json_schema())) <= set(IN_WORDS)


def test_a_registry_with_a_scheme(operator: httpx.Client) -> None:
    values = {"server": "https://registry", "username": "bot", "password": "not-a-real-one"}
    body = {"name": "mirror", "type": "registry", "values": values}
    told = faults(operator.post("/secrets", json=body))
    assert "without scheme" in told["values.server"]
