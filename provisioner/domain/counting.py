"""Numbers of things as they are said."""


def counted(number: int, noun: str, plural: str | None = None) -> str:
    """`1 node`, `2 nodes`; `plural` where an s does not do."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"
