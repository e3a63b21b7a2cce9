"""How HAProxy's configuration is written."""

from collections.abc import Iterable

from provisioner.domain.spec.load_balancer_services import Timeouts


def section(head: str, lines: Iterable[str]) -> str:
    return "\n".join([head, *(f"    {line}" for line in lines)])


def seconds(value: float) -> str:
    milliseconds = round(value * 1000)
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def client_timeouts(timeouts: Timeouts) -> list[str]:
    return [f"timeout client {seconds(timeouts.client)}"]


def server_timeouts(timeouts: Timeouts) -> list[str]:
    lines = [
        f"timeout connect {seconds(timeouts.connect)}",
        f"timeout server {seconds(timeouts.server)}",
    ]
    return lines + ([f"timeout tunnel {seconds(timeouts.tunnel)}"] if timeouts.tunnel else [])
