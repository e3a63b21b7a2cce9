"""Where a member's files lie, how they are checked, and what brings them into force."""

from typing import NamedTuple

HAPROXY = "/etc/haproxy/haproxy.cfg"
KEEPALIVED = "/etc/keepalived/keepalived.conf"
FIREWALL = "/etc/nftables.conf"
SYSCTL = "/etc/sysctl.d/60-load-balancer.conf"
JOURNAL = "/etc/systemd/journald.conf.d/60-load-balancer.conf"
SSHD = "/etc/ssh/sshd_config.d/10-load-balancer.conf"
PROGRAMS = "/usr/local/lib/pke-provisioner"
CHECK_HAPROXY = f"{PROGRAMS}/check_haproxy.py"
MEMBER_STATUS = f"{PROGRAMS}/member_status.py"
KEEP_SERVER_STATES = f"{PROGRAMS}/keep_server_states.py"
CLOSE_CONNECTIONS = f"{PROGRAMS}/close_connections.py"
HAPROXY_DROP_IN = "/etc/systemd/system/haproxy.service.d/load-balancer.conf"
KEEPALIVED_DROP_IN = "/etc/systemd/system/keepalived.service.d/load-balancer.conf"
ADMIN_SOCKET = "/run/haproxy/admin.sock"
# Where keepalived writes what it is asked for.
KEEPALIVED_STATUS = "/run/keepalived-status"
SERVER_STATES = "/run/load-balancer/server-states"

PACKAGES = ("haproxy", "keepalived", "nftables")
# Enabled on a member; they may start in any order.
SERVICES = ("nftables.service", "keepalived.service", "haproxy.service")


class ManagedFile(NamedTuple):
    """`check` takes the new file's path as its last argument; it exits with 0 if all is well."""

    mode: int
    check: tuple[str, ...]
    apply: tuple[str, ...]


_RELOAD_UNITS = ("systemctl", "daemon-reload")
# In the order in which changes come into force: what others need goes first.
FILES = {
    SYSCTL: ManagedFile(0o644, (), ("sysctl", "--quiet", "--load", SYSCTL)),
    JOURNAL: ManagedFile(0o644, (), ("systemctl", "restart", "systemd-journald.service")),
    SSHD: ManagedFile(
        0o644, ("sshd", "-t", "-f"), ("systemctl", "reload-or-restart", "ssh.service")
    ),
    CHECK_HAPROXY: ManagedFile(0o755, (), ()),
    KEEP_SERVER_STATES: ManagedFile(0o755, (), ()),
    CLOSE_CONNECTIONS: ManagedFile(0o755, (), ()),
    MEMBER_STATUS: ManagedFile(0o755, (), ()),
    HAPROXY_DROP_IN: ManagedFile(0o644, (), _RELOAD_UNITS),
    KEEPALIVED_DROP_IN: ManagedFile(0o644, (), _RELOAD_UNITS),
    FIREWALL: ManagedFile(0o600, ("nft", "-c", "-f"), ("nft", "-f", FIREWALL)),
    HAPROXY: ManagedFile(
        0o600, ("haproxy", "-c", "-f"), ("systemctl", "reload-or-restart", "haproxy.service")
    ),
    KEEPALIVED: ManagedFile(
        0o600, ("keepalived", "-t", "-f"), ("systemctl", "reload-or-restart", "keepalived.service")
    ),
}
