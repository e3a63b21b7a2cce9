"""Gets an operator's manifest: over HTTPS, or from the folder the service was given."""

import ssl
from pathlib import Path

import httpx

from provisioner.kubernetes.errors import ManifestRefused, ManifestUnreachable

MOST_BYTES = 10 * 1024 * 1024
_SECONDS = 30.0


def from_url(url: str, authorities: str | None = None) -> bytes:
    """`authorities` (PEM) verify the server beside the system's. Redirects are not followed.

    Raises ManifestUnreachable, ManifestRefused.
    """
    context = ssl.create_default_context()
    if authorities:
        context.load_verify_locations(cadata=authorities)
    try:
        with (
            httpx.Client(verify=context, timeout=_SECONDS) as client,
            client.stream("GET", url) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise _refusal(url, answer.status_code)
            return _limited(url, answer)
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


def _refusal(url: str, status: int) -> Exception:
    told = f"can't fetch {url}: it answers {status}"
    return ManifestUnreachable(told) if status >= 500 or status == 429 else ManifestRefused(told)


def _limited(url: str, answer: httpx.Response) -> bytes:
    found = bytearray()
    for part in answer.iter_bytes():
        found += part
        if len(found) > MOST_BYTES:
            raise ManifestRefused(f"{url} is larger than {MOST_BYTES >> 20} MiB: no manifest is")
    return bytes(found)
