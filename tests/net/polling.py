"""A program that asks an API again and again who answers, by a new TLS connection each time.

Writes a line per try: when it began, and who answered or `-`. Many tries may be under way at once,
so lines come in the order in which tries end. Arguments: its address, for how many
seconds a try waits, and how many lie between two tries.
"""

import http.client
import ssl
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

# What waits for nobody does not delay the next; a server that is slow is not asked ever more.
AT_ONCE = 24


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


def tell(host: str, context: ssl.SSLContext) -> None:
    began = time.monotonic()
    sys.stdout.write(f"{began:.4f} {ask(host, context)}\n")
    sys.stdout.flush()
    free.release()


free = threading.Semaphore(AT_ONCE)
trusted = ssl.create_default_context(cafile="/etc/kubernetes/pki/ca.crt")
with ThreadPoolExecutor(AT_ONCE) as tries:
    while True:
        free.acquire()
        tries.submit(tell, sys.argv[1], trusted)
        time.sleep(float(sys.argv[3]))
