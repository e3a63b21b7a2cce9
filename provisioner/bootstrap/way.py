"""What differs between the programs that make a node."""

from typing import Any, NamedTuple


class Way(NamedTuple):
    """`modules` of the agent beside those every node gets; `settings` go into its configuration."""

    modules: tuple[str, ...]
    settings: dict[str, Any]
