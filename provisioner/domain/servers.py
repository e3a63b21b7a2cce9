"""How servers, their certificates and their silence are spelt for people."""

import socket
import ssl


def spelled(thumbprint: str) -> str:
    """`AA:BB:...`, however it was written."""
    digits = thumbprint.replace(":", "").replace(" ", "").upper()
    return ":".join(digits[i : i + 2] for i in range(0, len(digits), 2))


def why_unreachable(error: OSError, host: str, port: int) -> str:
    """What `error`, raised by connecting, says of the server."""
    where = f"{host}:{port}"
    if isinstance(error, socket.gaierror):
        return f"the name {host} is not known (asked for {where})"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{where} shows a certificate that is not trusted: {error.verify_message}"
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError | ConnectionResetError):
        return f"{where} ended the connection during the TLS greeting"
    if isinstance(error, ssl.SSLError):
        return f"{where} does not speak TLS, or none that we do ({error.reason or 'no reason'})"
    if isinstance(error, TimeoutError):
        return f"nothing answers at {where} in time"
    if isinstance(error, ConnectionRefusedError):
        return f"nothing answers at {where}: the connection was refused"
    return f"{where} can't be reached: {error.strerror or type(error).__name__}"
