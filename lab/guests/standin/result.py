"""What a stand-in program comes to."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    code: int = 0
    output: str = ""


class ProgramFailed(Exception):
    """The program exits with 1; the text is what it said."""
