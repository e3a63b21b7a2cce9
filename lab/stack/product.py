"""The product's own processes, as an operator would run them: configured by environment only."""

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, Field

from lab.processes import Command, ProcessError, environment

PROGRAM = Path(sys.executable).with_name("pke-provisioner")
ORGANISATION = "lab"
ONCE_SECONDS = 60.0
PREFIX = "PKE_"


class AdminToken(BaseModel):
    """An API token and the number of the organisation whose administrator it makes."""

    token: str = Field(repr=False)
    org_id: int = Field(alias="orgId")


@dataclass(frozen=True)
class Product:
    """`settings` are environment variables without their prefix; they may hold secrets."""

    settings: Mapping[str, str] = field(repr=False)

    def service(self, name: str) -> Command:
        """The command of a part that runs until it is ended."""
        return Command(name, (str(PROGRAM), name), env=self._environment())

    def migrate(self) -> None:
        self._run("migrate")

    def create_admin_token(self) -> AdminToken:
        owner = ("--organisation", ORGANISATION, "--role", "admin", "--name", "lab")
        return AdminToken.model_validate_json(self._run("create-token", *owner))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            (str(PROGRAM), *arguments),
            env=environment(self._environment()),
            capture_output=True,
            text=True,
            timeout=ONCE_SECONDS,
        )
        if done.returncode:
            raise ProcessError(f"pke-provisioner {arguments[0]} failed:\n{done.stderr}")
        return done.stdout

    def _environment(self) -> dict[str, str]:
        return {PREFIX + name: value for name, value in self.settings.items()}
