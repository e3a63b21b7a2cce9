"""What members are told: files with placeholders, and the revision by which they name them."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.resources import files as resources

from provisioner.domain.virtual_machines import Fact
from provisioner.edge import firewall, haproxy, keepalived, layout, placeholders, system
from provisioner.edge.model import Member


class Configuration(Fact):
    """`files` are texts by path, with placeholders for what only the member knows.

    Holds no secret. `revision` is the same for all members of a balancer, so that one which fell
    behind shows; it changes whenever a file of any of them does.
    """

    revision: str
    files: dict[str, str]

    def secrets(self) -> frozenset[str]:
        """The placeholders that stand for what the member has to fetch."""
        return placeholders.used(self.files.values()) & frozenset(placeholders.SECRETS)

    def filled(self, values: Mapping[str, str]) -> dict[str, str]:
        """The files as they lie on the member. Raises KeyError for a value that is missing."""
        return {path: placeholders.fill(text, values) for path, text in self.files.items()}


def configurations(members: Sequence[Member]) -> dict[str, Configuration]:
    """For the members of one balancer, by name. The same members give the same texts."""
    texts = {member.name: files(member) for member in members}
    revision = _revision(texts)
    return {name: Configuration(revision=revision, files=each) for name, each in texts.items()}


def leaving(member: Member) -> Configuration:
    """For one whose VM is to go, and whose peer is to have its VIPs before; a revision of its own.

    All but keepalived goes on as it was.
    """
    texts = files(member) | {layout.KEEPALIVED: keepalived.render(keepalived.yielding(member))}
    return Configuration(revision=_revision(texts), files=texts)


def _revision(texts: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(texts, sort_keys=True).encode()).hexdigest()[:16]


def files(member: Member) -> dict[str, str]:
    """All of `layout.FILES`, by path."""
    return {
        layout.HAPROXY: haproxy.render(member),
        layout.KEEPALIVED: keepalived.render(member),
        layout.FIREWALL: firewall.render(member),
        layout.SYSCTL: system.SYSCTL,
        layout.JOURNAL: system.JOURNAL,
        layout.SSHD: system.SSHD,
        layout.HAPROXY_DROP_IN: system.HAPROXY_DROP_IN,
        layout.KEEPALIVED_DROP_IN: system.KEEPALIVED_DROP_IN,
        layout.CHECK_HAPROXY: _program("check_haproxy.py"),
        layout.KEEP_SERVER_STATES: _program("keep_server_states.py"),
        layout.CLOSE_CONNECTIONS: _program("close_connections.py"),
        layout.MEMBER_STATUS: _program("member_status.py"),
    }


def _program(name: str) -> str:
    return resources("provisioner.edge").joinpath(name).read_text(encoding="utf-8")
