"""The fingerprint of a server's certificate, for a person to compare before it is trusted."""

import hashlib
import ssl

from api.cli.errors import Unreachable
from provisioner.domain.servers import spelled, why_unreachable

TIMEOUT_SECONDS = 10.0


def fetch_thumbprint(host: str, port: int) -> str:
    """SHA-256, as `AA:BB:...`. Nothing is sent but a TLS greeting. Raises Unreachable."""
    try:
        pem = ssl.get_server_certificate((host, port), timeout=TIMEOUT_SECONDS)
    except OSError as err:
        raise Unreachable(
            f"can't fetch the certificate: {why_unreachable(err, host, port)}",
            "pass --thumbprint or --ca-file when only the service can reach this vCenter",
        ) from err
    return spelled(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest())
