"""A member's VM, as far as its programs' own checks look at it."""

from collections.abc import Iterator

import pytest

from provisioner.edge.layout import CHECK_HAPROXY, SERVER_STATES
from tests.edge.checking import Checker
from tests.edge.documents import document
from tests.edge.rendering import configured
from tests.net.machines import Machine


@pytest.fixture(scope="session")
def checker() -> Iterator[Checker]:
    machine = Machine()
    for number, interface in enumerate(("ens160", "ens192", "ens224")):
        machine.run(*f"ip link add {interface} type veth peer name other{number}".split())
    machine.write(CHECK_HAPROXY, configured(document())["m1"].files[CHECK_HAPROXY], 0o755)
    machine.write(SERVER_STATES, "1\n")
    yield Checker(machine)
    machine.power_off()
