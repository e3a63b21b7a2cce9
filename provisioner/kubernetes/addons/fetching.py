"""Gets an operator's manifest: over HTTPS, or from the folder the service was given."""

import asyncio
import ssl
from pathlib import Path

import httpx

from provisioner.kubernetes.errors import ManifestRefused, ManifestUnreachable

MOST_BYTES = 10 * 1024 * 1024
_SECONDS = 60.0


def from_url(url: str, authorities: str | None = None, seconds: float = _SECONDS) -> bytes:
    """`authorities` (PEM) verify the server beside the system's. Redirects are not followed.

    Not to be called within an event loop. Raises ManifestUnreachable, also when all of it takes
    more than `seconds`, and ManifestRefused.
    """
    context = ssl.create_default_context()
    if authorities:
        context.load_verify_locations(cadata=authorities)
    try:
        return asyncio.run(_fetched(url, context, seconds))
    except TimeoutError as err:
        raise ManifestUnreachable(f"can't fetch {url}: it takes more than {seconds:g} s") from err
    except httpx.HTTPError as err:
        raise ManifestUnreachable(f"can't fetch {url}: {err}") from err


def from_folder(name: str, folder: Path | None) -> bytes:
    """Raises ManifestRefused."""
    if folder is None:
        raise ManifestRefused(
            f"the manifest {name} can't be read: the service has no folder for manifests; set "
            "PKE_ADD_ON_MANIFESTS for the worker, or give a url"
        )
    try:
        return (folder / name).read_bytes()
    except OSError as err:
        raise ManifestRefused(
            f"the manifest {name} can't be read from PKE_ADD_ON_MANIFESTS: {err.strerror}"
        ) from err


async def _fetched(url: str, context: ssl.SSLContext, seconds: float) -> bytes:
    """The client's own limit is one for each read: a server that drips would never meet it."""
    async with (
        asyncio.timeout(seconds),
        httpx.AsyncClient(verify=context, timeout=None) as client,  # noqa: S113 - it has one
        client.stream("GET", url) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise _refusal(url, answer.status_code)
        return await _limited(url, answer)


def _refusal(url: str, status: int) -> Exception:
    told = f"can't fetch {url}: it answers {status}"
    return ManifestUnreachable(told) if status >= 500 or status == 429 else ManifestRefused(told)


async def _limited(url: str, answer: httpx.Response) -> bytes:
    found = bytearray()
    async for part in answer.aiter_bytes():
        found += part
        if len(found) > MOST_BYTES:
            raise ManifestRefused(f"{url} is larger than {MOST_BYTES >> 20} MiB: no manifest is")
    return bytes(found)
