"""Run by guests under the names of kubeadm, systemctl and ip: asks the lab what to do.

Started so often that the time its imports take counts: HTTP is spoken by hand.
"""

import json
import os
import socket
import sys


def main() -> int:
    host, port = os.environ["LAB_GUESTS"].split(":")
    asked = {
        "guest": os.environ["LAB_GUEST"],
        "program": os.path.basename(sys.argv[0]),
        "arguments": sys.argv[1:],
    }
    body = json.dumps(asked).encode()
    with socket.create_connection((host, int(port))) as connection:
        head = f"POST /programs HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        answer = json.loads(connection.makefile("rb").read().partition(b"\r\n\r\n")[2])
    sys.stdout.write(answer["output"])
    return int(answer["code"])


if __name__ == "__main__":
    sys.exit(main())
