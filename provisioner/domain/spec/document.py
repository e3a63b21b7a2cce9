"""The base of all documents users write: camelCase outside, frozen, nothing unknown accepted."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from pydantic.alias_generators import to_camel


class Document(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


# A DNS label (RFC 1123), since it becomes part of hostnames.
Label = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", min_length=1, max_length=63),
]
DnsName = Annotated[
    str,
    StringConstraints(
        pattern=r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
        max_length=253,
    ),
]
# A vCenter object's name, or its absolute inventory path.
InventoryName = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Vcpu = Annotated[int, Field(ge=1, le=768)]
MemoryMiB = Annotated[int, Field(ge=512, le=25_165_824, multiple_of=4)]
DiskGiB = Annotated[int, Field(ge=1, le=63_488)]
