"""What settings name: checked at start, so that no request is the first to find out."""

import ssl
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from provisioner.domain.errors import ProvisionerError
from provisioner.settings import Settings


class Misconfigured(ProvisionerError):
    """A setting is missing, or does not name what it should."""


def check_files(settings: Settings) -> None:
    """Raises Misconfigured, naming the setting and its path."""
    _check_authorities("PKE_VAULT_CA_FILE", settings.vault_ca_file)
    _check_authorities("PKE_API_CA_FILE", settings.api_ca_file)
    _check_authorities("PKE_ADD_ON_CA_FILE", settings.add_on_ca_file)


def check_node_access(settings: Settings) -> None:
    """Nodes fetch the keys of their cluster's authorities at this URL. Raises Misconfigured."""
    url = urlsplit(settings.api_url)
    host = url.hostname or ""
    if url.scheme == "https" or _is_this_machine(host) or host == settings.api_plaintext_host:
        return
    raise Misconfigured(
        f"PKE_API_URL: {settings.api_url} is not encrypted, and nodes would fetch their cluster's "
        "keys there: use https (PKE_API_TLS_CERTIFICATE, or a proxy before the API); where "
        f"something else protects that network, set PKE_API_PLAINTEXT_HOST={host}"
    )


def check_tls(settings: Settings) -> None:
    """The API's own certificate and key belong together. Raises Misconfigured."""
    certificate, key = settings.api_tls_certificate, settings.api_tls_key
    if certificate is None and key is None:
        return
    if certificate is None or key is None:
        raise Misconfigured("set both PKE_API_TLS_CERTIFICATE and PKE_API_TLS_KEY, or neither")
    read("PKE_API_TLS_CERTIFICATE", certificate)
    read("PKE_API_TLS_KEY", key)
    try:
        # Without a password given, OpenSSL would ask for one at the terminal.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (ssl.SSLError, ValueError) as err:
        raise Misconfigured(
            f"PKE_API_TLS_CERTIFICATE {certificate} and PKE_API_TLS_KEY {key} must be a PEM chain "
            f"and its key without passphrase: {err}"
        ) from err


def read(setting: str, path: Path) -> str:
    """Raises Misconfigured."""
    try:
        return path.read_text()
    except OSError as err:
        raise Misconfigured(f"{setting}: {path} can't be read: {err.strerror}") from err
    except UnicodeDecodeError as err:
        raise Misconfigured(f"{setting}: {path} is not text") from err


def _check_authorities(setting: str, path: Path | None) -> None:
    if path is None:
        return
    text = read(setting, path)
    try:
        ssl.create_default_context(cadata=text)
    except (ssl.SSLError, ValueError) as err:
        raise Misconfigured(f"{setting}: {path} holds no certificates in PEM: {err}") from err


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
