"""What the lab's machines need of the computer they run on."""

import os
import shutil

# Program, and the Debian package it comes with.
PROGRAMS = {
    "dnsmasq": "dnsmasq-base",
    "ip": "iproute2",
    "nsenter": "util-linux",
    "systemd-nspawn": "systemd-container",
    "unshare": "util-linux",
}
SBIN = "/usr/sbin:/sbin"


class Missing(Exception):
    """Says what is missing and how to get it."""


def require() -> None:
    """Raises Missing."""
    if os.geteuid() != 0:
        raise Missing(
            "The lab's machines are containers with networks of their own, which takes root: "
            "run it with sudo. `make demo` shows the service without root."
        )
    os.environ["PATH"] = f"{os.environ.get('PATH', '')}:{SBIN}"
    missing = sorted(program for program in PROGRAMS if not shutil.which(program))
    if missing:
        packages = sorted({PROGRAMS[program] for program in missing})
        raise Missing(f"The lab needs {', '.join(missing)}: apt-get install {' '.join(packages)}")
