"""Steps of images as they run, each on a copy of this machine's root that goes with its test."""

from collections.abc import Mapping

import pytest

from tests.packer.copy_of_root import Copy, exports

OS = {
    "debian": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    "ubuntu": 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n',
}
BUILT = """
echo 'packer:x:1000:1000::/home/packer:/bin/sh' >>/etc/passwd
echo 'packer:!:1::::::' >>/etc/shadow
touch /etc/subuid /etc/subgid /etc/gshadow
mkdir -p /home/packer/.ssh /root/.ssh /var/lib/cloud
echo 0123 >/etc/machine-id
echo key >/etc/ssh/ssh_host_ed25519_key
"""


def suites(copy: Copy, system: str, variables: Mapping[str, str]) -> dict[str, str]:
    """URI by suites."""
    given = {"APT_MIRROR": "", "SECURITY_MIRROR": ""} | variables
    copy.give("os-release", OS[system])
    before = f"{exports(given)}touch /tmp/image-apt.asc\ncat /tmp/given/os-release >/etc/os-release"
    done = copy.run("sources.sh", before, "cat /etc/apt/sources.list.d/*.sources")
    assert done.returncode == 0, done.stdout
    said = [line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line]
    uris = [value for key, value in said if key == "URIs"]
    return dict(zip((value for key, value in said if key == "Suites"), uris, strict=True))


def test_a_mirror_of_debian_has_its_security_updates_elsewhere(copy: Copy) -> None:
    variables = {"APT_MIRROR": "http://m/debian/", "SECURITY_MIRROR": "http://m/security/"}
    assert suites(copy, "debian", variables) == {
        "bookworm bookworm-updates": "http://m/debian/",
        "bookworm-security": "http://m/security/",
    }


def test_a_mirror_of_ubuntu_has_them_itself(copy: Copy) -> None:
    assert suites(copy, "ubuntu", {"APT_MIRROR": "http://m/ubuntu/"}) == {
        "noble noble-updates": "http://m/ubuntu/",
        "noble-security": "http://m/ubuntu/",
    }


def test_a_mirror_of_debian_alone_is_asked_for_no_more(copy: Copy) -> None:
    found = suites(copy, "debian", {"APT_MIRROR": "http://m/debian/"})
    assert found == {"bookworm bookworm-updates": "http://m/debian/"}


def test_nothing_of_the_machine_stays(copy: Copy) -> None:
    """Nor what only steps of other roles read."""
    before = f"{BUILT}\ntouch /tmp/image-digests\nexport BUILD_USER=packer"
    traces = "/etc/ssh/ssh_host_* /home/packer /root/.ssh /tmp/image-*"
    done = copy.run("generalise.sh", before, f"ls {traces} 2>/dev/null || echo nothing")
    assert (done.returncode, done.stdout[-300:]) == (0, "nothing\n")


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ("rm", ["/home/packer", "/root/.ssh", "/etc/ssh/ssh_host_ed25519_key", "/var/lib/cloud"]),
        ("truncate", ["/etc/machine-id"]),
        ("sed", ["/etc/passwd", "/etc/shadow"]),
    ],
)
def test_what_stays_all_the_same_fails_the_build(copy: Copy, program: str, told: list[str]) -> None:
    idle = f"ln -s /usr/bin/true /usr/local/bin/{program}"
    done = copy.run("generalise.sh", f"{BUILT}\n{idle}\nexport BUILD_USER=packer")
    assert done.returncode != 0
    assert "the image would keep" in done.stdout
    assert set(told) <= set(done.stdout.splitlines())


def test_root_that_may_come_in_by_ssh_fails_the_build(copy: Copy) -> None:
    """sshd says what holds in the end, whichever file says it."""
    sshd = "printf '#!/bin/sh\\necho permitrootlogin yes\\n' >/usr/local/bin/sshd"
    before = f"{BUILT}\n{sshd}\nchmod 0755 /usr/local/bin/sshd\nexport BUILD_USER=packer"
    done = copy.run("generalise.sh", before)
    assert done.returncode != 0
    assert "root may still come in by ssh" in done.stdout
