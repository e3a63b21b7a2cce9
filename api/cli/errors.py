"""What can go wrong, each kind with the exit code a script can tell it by.

CliError             1  the API answered with a problem, such as a conflict
  Conflict           1  what there is, or what is under way, forbids it
  OperationFailed    1  what was asked for was accepted and then failed
  Misused            2  the command line or a file given to it
  Unreachable        3  no answer from the API
  NotFound           4
  Refused            5  no token, an unknown one, or one whose role is too low
  InvalidRequest     6  with all its faults
  TimedOut           7  waiting took longer than asked for; the operation goes on
  Interrupted      130  Ctrl-C; the operation goes on
"""

from typing import ClassVar


class CliError(Exception):
    """`advice` says what to do about it."""

    code: ClassVar[int] = 1

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class OperationFailed(CliError):
    pass


class Misused(CliError):
    code = 2


class Unreachable(CliError):
    code = 3


class NotFound(CliError):
    code = 4


class Refused(CliError):
    code = 5


class Conflict(CliError):
    pass


class InvalidRequest(CliError):
    """`faults` are pairs of a field's path and what would be right."""

    code = 6

    def __init__(self, message: str, faults: list[tuple[str, str]]) -> None:
        super().__init__(message)
        self.faults = faults


class TimedOut(CliError):
    code = 7


class Interrupted(CliError):
    code = 130
