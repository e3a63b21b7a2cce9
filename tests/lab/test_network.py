"""The network of real machines."""

import subprocess
import sys

SCRIPT = """
import json, subprocess
from lab.network.namespace import make_bridges

def run(*command):
    return subprocess.run(("ip", *command), check=True, capture_output=True).stdout

def mac():
    return json.loads(run("-json", "link", "show", "br0"))[0]["address"]

make_bridges()
before = mac()
run("link", "add", "vm", "address", "00:50:56:00:00:01", "type", "veth", "peer", "name", "guest")
run("link", "set", "vm", "master", "br0")
assert mac() == before, mac()
run("link", "delete", "vm")
assert mac() == before, mac()
"""


def test_a_gateway_keeps_its_mac_when_machines_come_and_go() -> None:
    own = ("unshare", "--net", "--mount", sys.executable, "-c", SCRIPT)
    ran = subprocess.run(own, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
