"""An installer's ISO by https: Packer has one set of authorities, and that is vCenter's."""

import ssl
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from provisioner.images.build_errors import InstallerUnreachable

_SILENT_SECONDS = 60.0
_TELL_SECONDS = 10.0
_MIB = 1 << 20


async def fetch(url: str, target: Path, say: Callable[[str], None]) -> None:
    """Its server is verified by the system's authorities; the content by Packer, by its checksum.

    Raises InstallerUnreachable, and OSError where there is no room.
    """
    say(f"fetching {url}")
    try:
        size = await _fetched(url, target, say)
    except (httpx.HTTPError, httpx.InvalidURL) as err:
        told = str(err) or type(err).__name__
        if isinstance(err, httpx.ConnectError):
            told += "; an authority that the worker's system does not trust must be added there"
        raise InstallerUnreachable(f"can't fetch iso_url {url}: {told}") from err
    say(f"fetched {size // _MIB} MiB")


async def _fetched(url: str, target: Path, say: Callable[[str], None]) -> int:
    """The bytes. What is compressed on its way would have another checksum."""
    told, got = time.monotonic(), 0
    client = httpx.AsyncClient(
        verify=ssl.create_default_context(),
        timeout=_SILENT_SECONDS,
        follow_redirects=True,
        headers={"Accept-Encoding": "identity"},
    )
    async with client, client.stream("GET", url) as answer:
        if not answer.is_success:
            # Not where the server led to: such addresses hold signatures by which anybody gets in.
            fault = f"{answer.url.host} answered {answer.status_code}"
            raise InstallerUnreachable(f"can't fetch iso_url {url}: {fault}")
        with target.open("wb") as file:
            async for part in answer.aiter_raw():
                got += file.write(part)
                if time.monotonic() > told + _TELL_SECONDS:
                    told = time.monotonic()
                    say(f"fetched {got // _MIB} MiB so far")
    return got
