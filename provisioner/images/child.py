"""A program on a leash: heard line by line, ended with its caller, its deadline or our death."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_LEASH = Path(__file__).with_name("leash.py")
_END = b"."
_LONGEST_LINE = 64 * 1024
_LONGEST_SECRET = 4 * 1024
_LAST_WORDS_SECONDS = 5.0
_DEATH_SECONDS = 0.02
_DEAD = "Z"


@dataclass(frozen=True)
class Command:
    """`seconds` it may run; `polite_seconds` it gets to end by itself when it is to end.

    `scratch` goes with it when it does not end by itself, or when we die.
    """

    argv: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    seconds: float
    polite_seconds: float
    scratch: Path | None = None


async def run(
    command: Command, hear: Callable[[str], None], redact: Callable[[str], str] = str
) -> int:
    """The exit code; 128 and the signal's number when it was killed.

    `hear` gets every line of its output, also of its end; `redact` what is to be cut of one that
    is too long, before it is. Raises TimeoutError. When this returns,
    raises or is cancelled, no process of it is left.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-I",
        "-S",
        str(_LEASH),
        str(command.scratch or ""),
        *command.argv,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=dict(command.environment),
        cwd=command.folder,
        start_new_session=True,
    )
    hearing = asyncio.create_task(_hear(process, hear, redact))
    try:
        async with asyncio.timeout(command.seconds):
            await _is_over(process)
    finally:
        await _surely(_end(process, hearing, command.polite_seconds))
    code = process.returncode if process.returncode is not None else -signal.SIGKILL
    return code if code >= 0 else 128 - code


@asynccontextmanager
async def guarded(scratch: Path, seconds: float) -> AsyncIterator[None]:
    """In here, for so long, `scratch` goes when we die, though no program of ours runs."""
    waiting = Command(("sleep", "infinity"), {}, scratch, seconds, _LAST_WORDS_SECONDS, scratch)
    guard = asyncio.create_task(run(waiting, lambda _: None))
    try:
        yield
    finally:
        guard.cancel()
        await asyncio.gather(guard, return_exceptions=True)


async def _hear(
    process: Process, hear: Callable[[str], None], redact: Callable[[str], str]
) -> None:
    if process.stdout is not None:
        async for line in _lines(process.stdout, redact):
            hear(line)
    await process.wait()


async def _is_over(process: Process) -> None:
    """Whoever still holds its output: asyncio's own `wait` would wait for them, too."""
    try:
        ended = os.pidfd_open(process.pid)
    except ProcessLookupError:
        return
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(ended, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(ended)
        os.close(ended)


async def _end(process: Process, hearing: "asyncio.Task[None]", polite_seconds: float) -> None:
    leash = process.stdin
    if leash is not None:
        leash.write(_END)
        with suppress(TimeoutError):
            await asyncio.wait_for(_is_over(process), polite_seconds)
        leash.close()
        await _is_over(process)
    await _end_session(process.pid)
    await asyncio.wait({hearing}, timeout=_LAST_WORDS_SECONDS)
    hearing.cancel()
    await asyncio.gather(hearing, return_exceptions=True)


async def _end_session(leader: int) -> None:
    """Only a leash that was killed itself leaves somebody."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_LAST_WORDS_SECONDS):
            while left := list(_session(leader)):
                for pid in left:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
                await asyncio.sleep(_DEATH_SECONDS)


def _session(leader: int) -> Iterator[int]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, _group, session, *_ = stat.read_text().rpartition(")")[2].split()
            if int(session) == leader and state != _DEAD:
                yield int(stat.parent.name)


async def _surely(work: Coroutine[Any, Any, None]) -> None:
    """To its end, however often the caller is cancelled meanwhile."""
    working = asyncio.create_task(work)
    while not working.done():
        try:
            await asyncio.shield(working)
        except asyncio.CancelledError:
            continue


async def _lines(stream: asyncio.StreamReader, redact: Callable[[str], str]) -> AsyncIterator[str]:
    """Of longer ones their beginning, without what may be a secret that has come but in part."""
    rest, is_cut = b"", False
    while chunk := await stream.read(_LONGEST_LINE):
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            if not is_cut:
                yield _text(line)
            is_cut = False
        if len(rest) > _LONGEST_LINE and not is_cut:
            yield f"{redact(_text(rest))[:-_LONGEST_SECRET]} ..."
            is_cut = True
        if is_cut:
            rest = b""
    if rest:
        yield _text(rest)


def _text(line: bytes) -> str:
    return line.decode(errors="replace").rstrip("\r")
