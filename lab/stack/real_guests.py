"""What a stack needs to run real machines in place of stand-ins."""

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from lab.guests.config import Image


class RealGuests(BaseModel):
    """`images`: what clones boot, by template. `repositories`: document roots of the package server
    (http://10.77.0.1/).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    images: Mapping[str, Image]
    repositories: tuple[Path, ...] = ()

    def write(self, file: Path) -> None:
        file.write_text(self.model_dump_json(indent=2) + "\n")

    @classmethod
    def read(cls, file: Path) -> "RealGuests":
        return cls.model_validate_json(file.read_text())
