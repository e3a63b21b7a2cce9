"""A load balancer of one member whose template knows a mirror and carries nothing: real apt."""

from collections.abc import Iterator

import pytest

from lab.guests.session import GuestSession
from lab.service import Service
from tests.machines.hypervisor import Hypervisor
from tests.machines.load_balancer import DOCUMENT, service
from tests.machines.test_templates import PLAIN, boots
from tests.machines.world import CREATION_SECONDS, World, soon

NAME, TEMPLATE, PORT = "alone", "debian-12-mirrored", 80
MIRROR = """\
Types: deb
URIs: http://10.77.0.1/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""


@pytest.fixture
def template(world: World) -> Iterator[str]:
    session = GuestSession(world.facts.vcenter.access())
    session.call(lambda: session.content.about)
    hypervisor = Hypervisor(world, session)
    moref = hypervisor.clone(PLAIN, TEMPLATE)
    machine = hypervisor.power_on(moref)
    assert boots(machine)
    machine.run("tee", "/etc/apt/sources.list.d/mirror.sources", stdin=MIRROR)
    hypervisor.shut_down(moref)
    hypervisor.mark_as_template(moref)
    yield TEMPLATE
    hypervisor.destroy(moref)
    session.close()


def test_a_member_installs_what_its_template_lacks(world: World, template: str) -> None:
    only = DOCUMENT["members"][0] | {"template": template}
    document = {
        "name": NAME,
        "members": [only],
        "install": "packages",
        "vips": DOCUMENT["vips"],
        "services": [service("web", PORT)],
    }
    with Service(world.facts) as asked:
        world.ensure_registered(asked)
        assert soon(lambda: TEMPLATE in str(asked.ask("GET", "/vcenters/lab/inventory")))
        asked.succeeded(asked.ask("POST", "/loadbalancers", document), CREATION_SECONDS)
        [machine] = [one for one in world.machines() if one.name.startswith(f"{NAME}-")]
        running = ("systemctl", "is-active", "haproxy", "keepalived", "nftables")
        assert machine.run(*running).split() == ["active"] * 3
        assert "status: done" in machine.run("cloud-init", "status", "--wait")
        assert machine.run("systemctl", "--failed", "--plain", "--no-legend") == ""
        asked.succeeded(asked.ask("DELETE", f"/loadbalancers/{NAME}"), CREATION_SECONDS)
        assert soon(lambda: NAME not in str([one.name for one in world.machines()]))
