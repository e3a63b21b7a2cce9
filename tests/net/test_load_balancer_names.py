"""The address records that a pair of two sites has its administrator make."""

import json
from collections.abc import Iterator

import pytest

from provisioner.edge.records import address_records
from tests.net.client import Client
from tests.net.load_balanced import LoadBalanced, load_balanced
from tests.net.load_balancer_documents import VIPS, document, vip
from tests.net.load_balancer_vm import recorded
from tests.net.machines import Machine, Switch, needs_root
from tests.net.observing import wait_for
from tests.node.authority import SelfSigned

pytestmark = needs_root

NAME, NAME_SERVER = "www.example.com", "10.77.0.90"
BODY = document(vips=[vip(number, dnsName=NAME) for number in (1, 2)])
# Who answers at each address of a name; nobody is null.
_ASK = """
import http.client, json, socket, ssl, sys

def ask(address):
    trusted = ssl.create_default_context(cafile="/etc/kubernetes/pki/ca.crt")
    connection = http.client.HTTPSConnection(address, 6443, timeout=5, context=trusted)
    try:
        connection.request("GET", "/who")
        return connection.getresponse().read().decode().strip()
    except OSError:
        return None

found = {place[4][0] for place in socket.getaddrinfo(sys.argv[1], 6443, socket.AF_INET)}
print(json.dumps({address: ask(address) for address in found}))
"""


class NameServer(Machine):
    """Has these lines of a zone file, and no others."""

    def __init__(self, switch: Switch, lines: list[str]) -> None:
        super().__init__()
        switch.plug_in(self, "dns", "00:50:56:05:00:01", [f"{NAME_SERVER}/16"])
        records = []
        for line in lines:
            name, ttl, _, _, address = line.split()
            records.append(f"--host-record={name.rstrip('.')},{address},{ttl}")
        quiet = ("--no-resolv", "--no-hosts", "--keep-in-foreground", "--user=root", "--pid-file")
        self.start("dnsmasq", *quiet, *records, log="/run/dnsmasq.log")


@pytest.fixture(scope="module")
def lab(switch: Switch, authority: SelfSigned) -> Iterator[LoadBalanced]:
    with load_balanced(switch, authority) as made:
        yield made


@pytest.fixture
def client(switch: Switch, authority: SelfSigned) -> Iterator[Client]:
    server = NameServer(switch, address_records(recorded(BODY)))
    made = Client(switch, authority, "10.77.0.96/16")
    made.write("/etc/resolv.conf", f"nameserver {NAME_SERVER}\n")
    yield made
    made.power_off()
    server.power_off()


def asked(client: Client) -> dict[str, str | None]:
    told = client.run("/usr/bin/python3", "-c", _ASK, NAME, check=False).stdout
    found: dict[str, str | None] = json.loads(told or "{}")
    return found


def test_a_name_leads_to_both_sites_and_all_of_it_to_the_one_that_is_left(
    lab: LoadBalanced, client: Client
) -> None:
    lab.settle()
    wait_for(lambda: set(asked(client)) == set(VIPS), lambda: "a name server that answers")
    east, west = VIPS
    found = asked(client)
    assert (found[east] in lab.site("east"), found[west] in lab.site("west")) == (True, True)
    lab.east.stop_keepalived()
    wait_for(lambda: lab.pair.holders(east) == [lab.west], lambda: "the other site takes over")
    assert set(asked(client).values()) <= lab.site("west")
