"""What ends an agent for good, and what nobody may read."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Collection
from urllib.parse import quote

# Bootstrap tokens, signed tokens and keys (PEM or not), in case a program prints them.
SECRET_SHAPES = re.compile(
    r"\b[a-z0-9]{6}\.[a-z0-9]{16}\b|\bey[\w-]+\.[\w-]+\.[\w-]+|[\w+/]{43}=|LS0tLS1CRUdJT[\w+/=]+"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)",
    re.DOTALL,
)


MASK = "[secret]"


class Failure(Exception):
    """This machine will not become a node. The text says why and holds no secret."""


class Refused(Failure):
    """The service does not accept what this node asks. Must never be taken for a yes."""


def without_secrets(text: str) -> str:
    return SECRET_SHAPES.sub(MASK, text)


def without(hidden: Collection[str], text: str) -> str:
    """Hides known secrets, also as programs spell them in quotes and URLs."""
    spelled = {form for secret in hidden if secret for form in spellings(secret)}
    for form in sorted(spelled, key=len, reverse=True):
        text = text.replace(form, MASK)
    return text


def spellings(secret: str) -> set[str]:
    quoted = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    in_urls = {quote(secret), quote(secret, safe="")}
    return {secret, repr(secret)[1:-1], shlex.quote(secret), *quoted, *in_urls}
