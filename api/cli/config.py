"""Where the API is and who asks: flags, then the environment, then the configuration file."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from api.cli.errors import Misused
from api.cli.output import say

DEFAULT_URL = "http://127.0.0.1:8080"
DEFAULT_FILE = Path("~/.config/pkectl/config.yaml")
HOW_TO_GIVE_A_TOKEN = (
    "set PKECTL_TOKEN, or pass --token-file FILE before the command, or write the line "
    f"'token: pke_...' to {DEFAULT_FILE}"
)
_TOKEN = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True)
class Flags:
    """What was given before the command; None where nothing was."""

    url: str | None = None
    token_file: Path | None = None
    ca_file: Path | None = None
    config: Path | None = None


# What `make up` writes, and `make down` removes.
_OF_A_LAB = "stack.json"


@dataclass(frozen=True)
class Connection:
    url: str
    token: str = field(repr=False)
    ca_file: Path | None = None


def connection(flags: Flags, environment: Mapping[str, str] = os.environ) -> Connection:
    """Raises Misused: no token, an address that is none, or a file that can't be read."""
    kept = _configuration(flags.config)
    token = _token(flags.token_file) or environment.get("PKECTL_TOKEN") or kept.get("token")
    if not token:
        raise Misused("there is no API token", HOW_TO_GIVE_A_TOKEN)
    if not _TOKEN.fullmatch(str(token)):
        raise Misused("what was given as API token is not one", HOW_TO_GIVE_A_TOKEN)
    # `make up` writes its address as `api`, so that its file can serve as a configuration.
    url = flags.url or kept.get("url") or kept.get("api") or DEFAULT_URL
    if not str(url).startswith(("http://", "https://")):
        raise Misused(f"{url} is not the API's address: it begins with http:// or https://")
    ca_file = flags.ca_file or kept.get("caFile")
    return Connection(str(url).rstrip("/"), token, Path(ca_file) if ca_file else None)


def read_text(path: Path) -> str:
    """Raises Misused."""
    try:
        return path.expanduser().read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise Misused(f"can't read {path}: {_reason(err)}") from err


def _token(path: Path | None) -> str | None:
    return read_text(path).strip() if path else None


def _configuration(path: Path | None) -> dict[str, Any]:
    """Of the file asked for, else of the usual one if it exists. JSON is YAML too."""
    if path is None:
        path = DEFAULT_FILE.expanduser()
        if not path.exists():
            return {}
    if path.name == _OF_A_LAB and not path.exists():
        advice = "start it: make up (or make lab-up); or unset PKECTL_CONFIG to use your own"
        raise Misused(f"no lab runs: {path} is missing", advice)
    try:
        found = yaml.safe_load(read_text(path))
        _warn_if_open(path)
    except yaml.YAMLError as err:
        raise Misused(f"{path} is not YAML: {err}") from None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise Misused(f"{path} should hold lines such as 'url: {DEFAULT_URL}'")
    return found


def _warn_if_open(path: Path) -> None:
    if path.is_file() and path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        say(f"others can read {path}, which may hold a token: chmod 600 {path}")


def _reason(err: OSError | UnicodeDecodeError) -> str:
    return err.strerror or str(err) if isinstance(err, OSError) else "it is not text in UTF-8"
