"""One run of Packer, from its variables to what it leaves."""

import asyncio
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from provisioner.images import child, installer
from provisioner.images.build_errors import BuildFailed, BuildKilled, BuildOverdue, WorkerUnfit
from provisioner.images.keys import write_key
from provisioner.images.order import (
    BuildOrder,
    Work,
    command,
    environment,
    fetches_installer,
    variables,
)
from provisioner.images.output import parse, reason
from provisioner.images.redaction import Redactor
from provisioner.images.results import Artifact, Report, read_artifact, read_report
from provisioner.images.tools import PackerTools

# Packer removes its VM when it is asked to end. What it leaves is removed by whoever asked.
_POLITE_SECONDS = 20.0
_REASON_CHARACTERS = 800
_SIGNAL = 128


@dataclass(frozen=True)
class Built:
    artifact: Artifact
    report: Report


class PackerBuild:
    def __init__(self, tools: PackerTools, templates: Path, seconds: float) -> None:
        self._tools, self._templates, self._seconds = tools, templates.absolute(), seconds

    async def run(self, order: BuildOrder, say: Callable[[str], None]) -> Built:
        """`say` gets what Packer says to people, without its secrets. Raises PackerError.

        Cancelled, no process is left; a VM may be.
        """
        try:
            return await self._run(order, say)
        except OSError as err:
            raise WorkerUnfit(
                f"the worker's machine does not let Packer run in {tempfile.gettempdir()}: {err}; "
                "make room there, or set TMPDIR for the worker"
            ) from err

    async def _run(self, order: BuildOrder, say: Callable[[str], None]) -> Built:
        with tempfile.TemporaryDirectory(prefix="image-", ignore_cleanup_errors=True) as folder:
            work = Work(Path(folder))
            public_key = write_key(work.key)
            _write_json(work.variables, variables(order, work, public_key))
            work.trust.write_text(f"{order.trust}\n", encoding="utf-8")
            ends = asyncio.get_running_loop().time() + self._seconds
            if fetches_installer(order):
                await self._installer(order, work, say, ends)
            await self._packer(order, work, say, ends)
            return Built(read_artifact(work.manifest), read_report(work.report))

    async def _installer(
        self, order: BuildOrder, work: Work, say: Callable[[str], None], ends: float
    ) -> None:
        left = ends - asyncio.get_running_loop().time()
        try:
            async with child.guarded(work.folder, left), asyncio.timeout_at(ends):
                await installer.fetch(order.iso_url, work.installer, say)
        except TimeoutError:
            raise self._overdue(f"{order.iso_url} was not fetched") from None

    async def _packer(
        self, order: BuildOrder, work: Work, say: Callable[[str], None], ends: float
    ) -> None:
        problems: list[str] = []
        redact = Redactor(order.secrets())

        def hear(line: str) -> None:
            message = parse(line, redact)
            say(message.text)
            if message.is_error:
                problems.append(message.text)

        program = child.Command(
            argv=command(order, self._tools, self._templates, work),
            environment=environment(order, self._tools, work),
            folder=work.folder,
            seconds=ends - asyncio.get_running_loop().time(),
            polite_seconds=_POLITE_SECONDS,
            scratch=work.folder,
        )
        try:
            code = await child.run(program, hear, redact)
        except TimeoutError:
            raise self._overdue("Packer did not finish and was ended") from None
        _check(code, redact(_reason(problems)))

    def _overdue(self, what: str) -> BuildOverdue:
        return BuildOverdue(
            f"{what} within {self._seconds:.0f} s; the log tells how far it came. "
            "PKE_IMAGE_BUILD_SECONDS is how long a build may take"
        )


def _check(code: int, why: str) -> None:
    if code > _SIGNAL:
        raise BuildKilled(
            f"Packer was killed (signal {code - _SIGNAL}) before it was done, by somebody or for "
            "want of memory on the worker's machine; try again"
        )
    if code:
        raise BuildFailed(f"Packer ended with {code}: {why}")


def _reason(problems: list[str]) -> str:
    return reason(problems)[-_REASON_CHARACTERS:] or "it did not say why; see the build's log"


def _write_json(path: Path, document: Mapping[str, object]) -> None:
    path.write_text(json.dumps(document), encoding="utf-8")
