"""How addresses among the settings are written."""

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator


def _web_url(text: str) -> str:
    """Raises ValueError."""
    message = "must be http(s)://host[:port][/path]"
    try:
        parts = urlsplit(text)
        plain = not (parts.query or parts.fragment or parts.username) and parts.port != 0
    except ValueError as err:
        raise ValueError(message) from err
    odd = any(sign.isspace() or not sign.isprintable() for sign in text)
    if parts.scheme not in ("http", "https") or not parts.hostname or not plain or odd:
        raise ValueError(message)
    return text


def _host_port(text: str) -> str:
    """Raises ValueError."""
    host, _, port = text.rpartition(":")
    odd = any(sign.isspace() or sign in "/@" for sign in host)
    if not host or odd or not (port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError("must be host:port")
    return text


def _host_port_if_any(text: str) -> str:
    return _host_port(text) if text else text


WebUrl = Annotated[str, AfterValidator(_web_url)]
HostPort = Annotated[str, AfterValidator(_host_port)]
HostPortIfAny = Annotated[str, AfterValidator(_host_port_if_any)]
