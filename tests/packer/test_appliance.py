"""What the load balancer appliance brings has to be what its members are told to use."""

from lab.packer.checks import TEMPLATES
from provisioner.edge.layout import PACKAGES, SERVICES


def line(beginning: str) -> set[str]:
    """The words after it."""
    script = (TEMPLATES / "scripts" / "load-balancer.sh").read_text()
    [found] = [one for one in script.splitlines() if one.startswith(beginning)]
    return set(found.removeprefix(beginning).split())


def test_it_has_the_packages_of_members() -> None:
    assert line("apt-get -q -y install ") == set(PACKAGES)


def test_nothing_runs_before_a_member_is_told_what_to_do() -> None:
    assert line("systemctl --quiet disable --now ") == set(SERVICES)
