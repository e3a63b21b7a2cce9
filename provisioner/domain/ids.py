"""Identifiers. Distinct types, so that two kinds of string cannot be swapped unseen."""

import uuid
from typing import NewType

OrgId = NewType("OrgId", int)
ResourceId = NewType("ResourceId", str)
NodeId = NewType("NodeId", str)


def new_uuid() -> str:
    return str(uuid.uuid4())
