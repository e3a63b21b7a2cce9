"""HAProxy's configuration of one member, for version 2.6 and newer."""

from provisioner.edge.haproxy_services import render_service
from provisioner.edge.haproxy_syntax import client_timeouts, seconds, section, server_timeouts
from provisioner.edge.layout import ADMIN_SOCKET, SERVER_STATES
from provisioner.edge.model import Member
from provisioner.edge.placeholders import ADMIN_HASH, VIEWER_HASH

# On loopback: where keepalived asks whether HAProxy lives. Services have VIPs only.
ALIVE_PORT = 8405
ALIVE_PATH = "/alive"
STATS_PATH = "/stats"
_HARD_STOP_SECONDS = 3600


def render(member: Member) -> str:
    sections = [_global(member), _defaults(member), _alive()]
    if member.stats_port is not None:
        sections += [_users(), _stats(member, member.stats_port)]
    for service in member.services:
        sections += render_service(service)
    return "\n\n".join(sections) + "\n"


def _global(member: Member) -> str:
    return section(
        "global",
        [
            "log /dev/log local0 info",
            "user haproxy",
            "group haproxy",
            "chroot /var/lib/haproxy",
            # Bounds connections, as far as the process may have that many.
            "fd-hard-limit 50000",
            f"stats socket {ADMIN_SOCKET} mode 600 level admin expose-fd listeners",
            "stats timeout 30s",
            f"server-state-file {SERVER_STATES}",
            # What a reload leaves behind ends with its last connection, or then.
            f"hard-stop-after {seconds(_longest(member))}",
        ],
    )


def _longest(member: Member) -> float:
    """How long a connection may last that nobody uses."""
    given = [member.timeouts, *(service.timeouts for service in member.services)]
    return max(_HARD_STOP_SECONDS, *(one.tunnel or 0 for one in given if one))


def _defaults(member: Member) -> str:
    return section(
        "defaults",
        [
            "log global",
            "mode tcp",
            "option tcplog",
            "option dontlognull",
            "option redispatch 1",
            "retries 3",
            *client_timeouts(member.timeouts),
            *server_timeouts(member.timeouts),
            "timeout check 5s",
            # A reloaded HAProxy would believe that all servers live.
            "load-server-state-from-file global",
        ],
    )


def _alive() -> str:
    return section(
        "frontend _alive",
        [
            "mode http",
            f"bind 127.0.0.1:{ALIVE_PORT}",
            "timeout http-request 5s",
            f"monitor-uri {ALIVE_PATH}",
        ],
    )


def _users() -> str:
    return section(
        "userlist stats",
        [
            "group admins",
            f"user admin password {ADMIN_HASH} groups admins",
            f"user viewer password {VIEWER_HASH}",
        ],
    )


def _stats(member: Member, port: int) -> str:
    """A frontend without backends: a statistics backend that had servers would ask itself."""
    return section(
        "frontend _stats",
        [
            "mode http",
            "log-tag stats",
            "option httplog",
            f"bind {member.management.address}:{port}",
            "timeout http-request 10s",
            f"http-request auth realm {member.balancer} unless {{ http_auth(stats) }}",
            "http-request use-service prometheus-exporter if { path /metrics }",
            "stats enable",
            f"stats uri {STATS_PATH}",
            "stats refresh 30s",
            "stats hide-version",
            "stats admin if { http_auth_group(stats) admins }",
        ],
    )
