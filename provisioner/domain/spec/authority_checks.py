"""Whether what is to be trusted is a certificate at all."""

import ssl
from collections.abc import Iterator, Sequence

from provisioner.domain.faults import Fault


def check_authorities(pems: Sequence[str]) -> Iterator[Fault]:
    for index, pem in enumerate(pems):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=pem)
        except (ssl.SSLError, ValueError, TypeError):
            yield Fault(f"trustedCAs.{index}", "is not a certificate in PEM form")
