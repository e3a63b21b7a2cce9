"""What a build that went well leaves: Packer's manifest, and the machine's report on itself."""

from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from provisioner.domain.virtual_machines import Fact
from provisioner.images.build_errors import ResultUnreadable

T = TypeVar("T", bound=BaseModel)
_LONGEST = 1024 * 1024


class Artifact(Fact):
    """`artifact_id`: the VM's name."""

    name: str
    builder_type: str
    build_time: int
    artifact_id: str
    packer_run_uuid: str


class _Manifest(BaseModel):
    builds: list[Artifact] = Field(min_length=1)


class _Camel(BaseModel):
    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)


class Check(_Camel):
    name: str
    ok: bool
    found: str = ""


class ContainerImage(_Camel):
    """By its tag, with the digest of what that is on the machine."""

    name: str
    digest: str


class Report(_Camel):
    """`os` is the word that image queries look for. `images`: the containers' that come along."""

    os: str = Field(min_length=1)
    kernel: str
    kubernetes: str | None = None
    containerd: str | None = None
    cloud_init: str | None = None
    images: list[ContainerImage] = []
    checks: list[Check] = Field(min_length=1)


def read_artifact(manifest: Path) -> Artifact:
    """The one this run made. Raises ResultUnreadable."""
    return _read(_Manifest, manifest, "manifest").builds[-1]


def read_report(path: Path) -> Report:
    """Raises ResultUnreadable, also when a check failed."""
    report = _read(Report, path, "self-check's report")
    failed = [one.name for one in report.checks if not one.ok]
    if failed:
        raise ResultUnreadable(f"the build went through, but checks failed: {', '.join(failed)}")
    return report


def _read(kind: type[T], path: Path, what: str) -> T:
    """The machine wrote it that was built, as long as it liked."""
    try:
        with path.open("rb") as file:
            text = file.read(_LONGEST + 1)
        if len(text) > _LONGEST:
            raise ResultUnreadable(f"the {what} is longer than {_LONGEST} bytes")
        return kind.model_validate_json(text)
    except OSError as err:
        reason = f"is missing ({err.strerror})"
    except ValidationError as err:
        first = err.errors(include_url=False, include_input=False)[0]
        reason = f"is not as it should be: {'.'.join(map(str, first['loc']))}: {first['msg']}"
    raise ResultUnreadable(
        f"Packer says the build succeeded, but the {what} {reason}; "
        "do the templates still write it to where their variables say?"
    )
