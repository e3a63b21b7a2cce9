"""Templates that the service rendered and only the machine can complete."""

from __future__ import annotations

import base64


def base64_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def filled(template: str, **values: str) -> str:
    """`template` with each @NAME@ replaced by the value of that name."""
    for name, value in values.items():
        template = template.replace(f"@{name.upper()}@", value)
    return template
