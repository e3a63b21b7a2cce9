"""A VM's guestinfo as its guest sees it.

cloud-init's VMware datasource reads variables of its environment; VMware's own tool, which asks the
hypervisor, is stood in for by files (`/run/guest/info/KEY`, `/run/guest/out/KEY`).
"""

import os
from collections.abc import Mapping
from pathlib import Path

PREFIX = "guestinfo."


def guestinfo(extra_config: Mapping[str, str]) -> dict[str, str]:
    return {key: value for key, value in extra_config.items() if key.startswith(PREFIX)}


def environment(extra_config: Mapping[str, str]) -> str:
    """An EnvironmentFile of cloud-init's units."""
    lines = [f"{_variable(key)}={value}" for key, value in guestinfo(extra_config).items()]
    return "\n".join(["VMX_GUESTINFO=1", *lines]) + "\n"


def _variable(key: str) -> str:
    name = key.removeprefix(PREFIX).upper().replace(".", "_").replace("-", "_")
    return f"VMX_GUESTINFO_{name}"


class GuestFolder:
    """What is bound to the guest's /run/guest. Only root of either side may look."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._info, self._out = path / "info", path / "out"
        self._published: dict[str, str] = {}

    def make(self) -> None:
        for folder in (self.path, self._info, self._out):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def show(self, extra_config: Mapping[str, str]) -> None:
        """Brings what the guest can read up to date, one file after the other."""
        shown = guestinfo(extra_config)
        for key, value in shown.items():
            _replace(self._info / key, value)
        for file in self._info.iterdir():
            if file.name not in shown:
                file.unlink()
        _replace(self.path / "guestinfo.env", environment(extra_config))

    def published(self) -> dict[str, str]:
        """What the guest has set since the last call."""
        found = {file.name: file.read_text() for file in self._out.iterdir() if _whole(file)}
        new = {key: text for key, text in found.items() if self._published.get(key) != text}
        self._published = found
        return new


def _whole(file: Path) -> bool:
    return file.name.startswith(PREFIX) and file.suffix != ".part"


def _replace(file: Path, text: str) -> None:
    if file.exists() and file.read_text() == text:
        return
    draft = file.with_name(f".{file.name}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    os.replace(draft, file)
