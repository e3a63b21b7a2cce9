"""Packer's machine-readable output: `time,target,type,data...`, commas and newlines escaped."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_COMMA = "%!(PACKER_COMMA)"
_CARRIAGE_RETURN, _NEWLINE = "\\r", "\\n"
# Packer tells a failure as it comes, as the build's end, and twice in a summary.
_SPEAKER = re.compile(r"^(?:(?:==>|-->) \S+: +|==> |Build '[^']+' errored after [^:]+: )")
_SUMMARY = "Some builds didn't complete successfully and had errors:"
# Said whatever failed, and by apt on every small machine.
_OF_EVERY_SCRIPT = ("Script exited with non-zero exit status", "debconf: delaying package")
_REASON_LINES = 4
_SCRIPT = "Provisioning with shell script: "
# How what takes its time begins; what scripts say looks the same.
_STAGES = (
    _SCRIPT,
    "Cloning virtual machine",
    "Creating virtual machine",
    "Retrieving ISO",
    "Waiting for IP",
    "Waiting for SSH",
    "Shutting down virtual machine",
    "Converting virtual machine",
)


@dataclass(frozen=True)
class Message:
    """`type`: what kind of message; "ui" is for people, and `data` begins with its gravity."""

    target: str
    type: str
    data: tuple[str, ...]

    @property
    def text(self) -> str:
        """What a person should read of it; "" for what is for programs alone."""
        if self.type == "ui":
            return self.data[1] if len(self.data) > 1 else ""
        return self.data[0] if self.type == "error" and self.data else ""

    @property
    def is_error(self) -> bool:
        return self.type == "error" or (self.type == "ui" and self.data[:1] == ("error",))


def parse(line: str, redact: Callable[[str], str]) -> Message:
    """Whatever is not Packer's, such as a crash's last words, is a message for people.

    `redact` gets what was written before it is read: reading changes what looks like an escape.
    """
    time, *rest = line.split(",")
    if not time.isdigit() or len(rest) < 3:
        return Message("", "ui", ("message", redact(line)))
    target, kind, *data = rest
    return Message(target, kind, tuple(_unescaped(redact(one)) for one in data))


def stage(lines: Iterable[str]) -> str | None:
    """What Packer is at after these lines; None where they do not tell."""
    said = [_SPEAKER.sub("", line) for line in lines]
    begun = [line.rstrip(". !") for line in said if line.startswith(_STAGES)]
    if not begun:
        return None
    what, _, path = begun[-1].partition(_SCRIPT)
    return f"runs {path.rpartition('/')[2]}" if path else what


def reason(problems: Iterable[str]) -> str:
    """Why a build failed, each cause once; of many the last. "" when nobody said."""
    lines = [_SPEAKER.sub("", line).strip() for text in problems for line in text.splitlines()]
    causes = [line for line in dict.fromkeys(lines) if line not in ("", _SUMMARY)]
    telling = [line for line in causes if not line.startswith(_OF_EVERY_SCRIPT)]
    return " / ".join((telling or causes)[-_REASON_LINES:])


def escaped(text: str) -> str:
    """As Packer writes it."""
    plain = text.replace(",", _COMMA)
    return plain.replace("\r", _CARRIAGE_RETURN).replace("\n", _NEWLINE)


def _unescaped(text: str) -> str:
    plain = text.replace(_COMMA, ",")
    return plain.replace(_CARRIAGE_RETURN, "").replace(_NEWLINE, "\n")
