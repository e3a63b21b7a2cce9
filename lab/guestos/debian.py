"""Debian's packages, from where this machine gets its own."""

from lab.guestos.errors import NoDebian
from lab.guestos.running import QUIET_APT, run

SUITE = "bookworm"
SUITES = (SUITE, f"{SUITE}-updates", f"{SUITE}-security")


def sources() -> str:
    """sources.list lines of the mirrors that this machine's apt uses for Debian 12, or NoDebian."""
    lines = _known()
    if not lines:
        # A machine just made has no lists yet, and apt knows a mirror's suites by them.
        run("apt-get", "-qq", "update", env=QUIET_APT)
        lines = _known()
    if not any(f" {SUITE} " in line for line in lines):
        raise NoDebian(
            "the lab's guests are made of Debian 12 packages, and this machine's apt knows no"
            " mirror of them: run the lab on Debian 12"
        )
    return "".join(f"{line}\n" for line in lines)


def _known() -> list[str]:
    said = run(
        *("apt-get", "indextargets", "Created-By: Packages", "Origin: Debian", "Component: main"),
        *("--format", "$(CODENAME) deb $(REPO_URI) $(RELEASE) $(COMPONENT)"),
        env=QUIET_APT,
    )
    targets = dict.fromkeys(tuple(line.split(" ", 1)) for line in said.splitlines())
    return [line for codename, line in targets if codename in SUITES]
