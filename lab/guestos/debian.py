"""Debian's packages, from where this machine gets its own."""

import subprocess

SUITE = "bookworm"
SUITES = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")


class NoDebian(Exception):
    """This machine's apt does not know Debian 12; says what is needed."""


def sources() -> str:
    """sources.list lines of the mirrors that this machine's apt uses for Debian 12."""
    asked = [
        *("apt-get", "indextargets", "Created-By: Packages", "Origin: Debian", "Component: main"),
        *("--format", "$(CODENAME) deb $(REPO_URI) $(RELEASE) $(COMPONENT)"),
    ]
    said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    targets = dict.fromkeys(tuple(line.split(" ", 1)) for line in said.splitlines())
    lines = [line for codename, line in targets if codename in SUITES]
    if not any(f" {SUITE} " in line for line in lines):
        raise NoDebian(
            "the lab's guests are made of Debian 12 packages, and this machine's apt knows none:"
            " run the lab on Debian 12 and `apt-get update` once"
        )
    return "".join(f"{line}\n" for line in lines)
