"""What ends an agent for good, and what nobody may read."""

from __future__ import annotations

import re

# Bootstrap tokens, signed tokens and keys (PEM or not), in case a program prints them.
SECRET_SHAPES = re.compile(
    r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b|\bey[\w-]+\.[\w-]+\.[\w-]+|[\w+/]{43}=|LS0tLS1CRUdJT[\w+/=]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


class Failure(Exception):
    """This machine will not become a node. The text says why and holds no secret."""


class Refused(Failure):
    """The service does not accept what this node asks. Must never be taken for a yes."""


def without_secrets(text: str) -> str:
    return SECRET_SHAPES.sub("[secret]", text)
