"""Processes of tests side by side: guests of each have the loopback addresses for themselves."""

import ctypes
import os
import subprocess

from lab.network.namespace import CLONE_NEWNET


def enter_own_network() -> None:
    """This process and what it starts from here on see nothing but a loopback of their own.

    Needs root, and iproute2. `os.unshare` is there from Python 3.12 on.
    """
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        number = ctypes.get_errno()
        raise OSError(number, f"no network of one's own: {os.strerror(number)}; tests need root")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
