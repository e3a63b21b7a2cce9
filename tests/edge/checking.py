"""What the real programs say of a member's files."""

from provisioner.edge.configuration import Configuration
from provisioner.edge.layout import FIREWALL, HAPROXY, KEEPALIVED
from tests.edge.rendering import VALUES
from tests.net.machines import Machine

# HAProxy's -dW makes every warning an error.
CHECKS = {
    HAPROXY: ("haproxy", "-c", "-q", "-dW", "-f"),
    KEEPALIVED: ("keepalived", "-t", "-f"),
    FIREWALL: ("nft", "-c", "-f"),
}


class Checker:
    def __init__(self, machine: Machine) -> None:
        self.machine = machine

    def objections(self, configuration: Configuration) -> dict[str, str]:
        """By path; nothing where all is accepted."""
        texts = configuration.filled(VALUES)
        said = {path: self._ask(path, texts[path]) for path in CHECKS}
        return {path: text for path, text in said.items() if text}

    def _ask(self, path: str, text: str) -> str:
        self.machine.write("/run/asked", text)
        ended = self.machine.run(*CHECKS[path], "/run/asked", check=False)
        return f"{ended.stdout}{ended.stderr}\n{text}" if ended.returncode else ""
