"""What a master gets to carry a floating address, besides the configuration it fetches itself."""

from provisioner.bootstrap import layout, units
from provisioner.bootstrap.delivery import PROGRAM, TEXT, File, file, source
from provisioner.edge.system import KEEPALIVED_RESTART


def keepalived_files() -> list[File]:
    """The check of its API server, and what keeps keepalived running and its peers current."""
    restart = f"{layout.SYSTEMD}/keepalived.service.d/restart.conf"
    service = f"{layout.SYSTEMD}/{layout.NODE_CONFIGURATION_SERVICE}"
    timer = f"{layout.SYSTEMD}/{layout.NODE_CONFIGURATION_TIMER}"
    return [
        file(layout.CHECK_API, PROGRAM, source("check_api.py")),
        file(layout.NODE_CONFIGURATION, PROGRAM, source("node_configuration.py")),
        file(restart, TEXT, KEEPALIVED_RESTART),
        file(service, TEXT, units.NODE_CONFIGURATION_SERVICE),
        file(timer, TEXT, units.NODE_CONFIGURATION_TIMER),
    ]
