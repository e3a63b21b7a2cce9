"""How commands are listed and their texts laid out."""

from typing import Any

# What one meets first comes first; groups of further commands come last.
ORDER: tuple[str, ...] = (
    "create",
    "add",
    "build",
    "import",
    "list",
    "get",
    "inventory",
    "nodes",
    "events",
    "logs",
)
ORDER += ("dns", "watch", "scale", "set", "update", "drain", "maintenance", "ready", "repoint")
ORDER += ("rotate-key", "retry", "cancel", "kubeconfig", "delete")


def tidied(command: Any) -> Any:
    """The same click command, and all below it."""
    command.help = unwrapped(command.help or "")
    found = getattr(command, "commands", None)
    if found is not None:
        command.commands = {name: tidied(found[name]) for name in sorted(found, key=_place)}
    return command


def unwrapped(text: str) -> str:
    """Paragraphs in one line each, for whoever prints them to wrap. Indented ones stay."""
    paragraphs = text.split("\n\n")
    return "\n\n".join(one if one.startswith(" ") else _one_line(one) for one in paragraphs)


def _one_line(paragraph: str) -> str:
    return " ".join(line.strip() for line in paragraph.splitlines())


def _place(name: str) -> int:
    """Equal ones keep their order."""
    return ORDER.index(name) if name in ORDER else len(ORDER)
