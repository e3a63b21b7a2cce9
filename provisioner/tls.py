"""TLS contexts from PEM text. Private keys never touch a disk."""

import os
import ssl


def client_context(
    authority_pem: str, certificate_pem: str, private_key_pem: str
) -> ssl.SSLContext:
    """Trusts that one authority and nothing else; checks the server's name or address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_verify_locations(cadata=authority_pem)
    load_key_pair(context, certificate_pem, private_key_pem)
    return context


def load_key_pair(context: ssl.SSLContext, certificate_pem: str, private_key_pem: str) -> None:
    """`ssl` reads key pairs from files only: this one is anonymous memory, gone on return."""
    descriptor = os.memfd_create("key-pair", os.MFD_CLOEXEC)
    with os.fdopen(descriptor, "w") as pair:
        pair.write(f"{certificate_pem}\n{private_key_pem}\n")
        pair.flush()
        context.load_cert_chain(f"/proc/self/fd/{descriptor}")
