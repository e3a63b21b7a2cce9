"""A program that asks an API every 20 ms who answers, by a new TLS connection each time.

Writes a line per try: when it began, and who answered or `-`. Arguments: its address, and for how
many seconds it waits.
"""

import http.client
import ssl
import sys
import time

EVERY_SECONDS = 0.02


def ask(host: str, context: ssl.SSLContext) -> str:
    patience = float(sys.argv[2])
    connection = http.client.HTTPSConnection(host, 6443, timeout=patience, context=context)
    try:
        connection.request("GET", "/who")
        answer = connection.getresponse()
        return answer.read().decode().strip() if answer.status == 200 else "-"
    except (OSError, http.client.HTTPException):
        return "-"
    finally:
        connection.close()


trusted = ssl.create_default_context(cafile="/etc/kubernetes/pki/ca.crt")
while True:
    began = time.monotonic()
    sys.stdout.write(f"{began:.4f} {ask(sys.argv[1], trusted)}\n")
    sys.stdout.flush()
    time.sleep(max(0.0, EVERY_SECONDS - (time.monotonic() - began)))
