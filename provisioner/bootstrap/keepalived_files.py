"""What a master gets to carry a floating address, besides the configuration it fetches itself."""

from collections.abc import Mapping

from provisioner.bootstrap import layout, units
from provisioner.bootstrap.channel import Section, sections_file
from provisioner.bootstrap.delivery import PROGRAM, TEXT, File, file, source
from provisioner.bootstrap.keepalived import INTERFACE
from provisioner.edge.system import KEEPALIVED_RESTART

KEEPALIVED = Section(
    name="keepalived",
    path="/etc/keepalived/keepalived.conf",
    mode=0o640,
    check=("keepalived", "-t", "-f"),
    apply=("systemctl", "reload", "keepalived.service"),
    follows=True,
)


def told(mac: str, keepalived: str) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The NICs and sections by which a running master is told its configuration."""
    return {INTERFACE: mac}, {KEEPALIVED.name: keepalived}


def keepalived_files() -> list[File]:
    """The check of its API server, and what keeps keepalived running and its peers current."""
    restart = f"{layout.SYSTEMD}/keepalived.service.d/restart.conf"
    service = f"{layout.SYSTEMD}/{layout.NODE_CONFIGURATION_SERVICE}"
    timer = f"{layout.SYSTEMD}/{layout.NODE_CONFIGURATION_TIMER}"
    return [
        file(layout.CHECK_API, PROGRAM, source("check_api.py")),
        file(layout.NODE_CONFIGURATION, PROGRAM, source("node_configuration.py")),
        file(layout.SECTIONS, TEXT, sections_file([KEEPALIVED])),
        file(restart, TEXT, KEEPALIVED_RESTART),
        file(service, TEXT, units.NODE_CONFIGURATION_SERVICE),
        file(timer, TEXT, units.NODE_CONFIGURATION_TIMER),
    ]
