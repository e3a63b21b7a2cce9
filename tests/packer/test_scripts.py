"""Steps of images as they run, each on a copy of this machine's root that goes with its test."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.packer.checks import TEMPLATES

# Written to the copy alone: whatever a step does, nothing of this machine is changed.
IN_A_COPY = """
mount -t tmpfs none "$1"
mkdir "$1/upper" "$1/work" "$1/root"
mount -t overlay none -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t tmpfs none "$1/root/tmp"
mount -t tmpfs none "$1/root/var/log"
mkdir "$1/root/tmp/given"
cp "$2"/* "$1/root/tmp/given/"
chroot "$1/root" sh -ec "$3" 2>&1
"""
OS = {
    "debian": 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    "ubuntu": 'ID=ubuntu\nVERSION_ID="24.04"\nVERSION_CODENAME=noble\n',
}
# What a machine that is built has, and this one may not.
STUBS = """
for name in apt-get cloud-init fstrim passwd; do
    printf '#!/bin/sh\\n' >/usr/local/bin/$name
    chmod 0755 /usr/local/bin/$name
done
PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/ssh /etc/sudoers.d /home
"""
BUILT = """
echo 'packer:x:1000:1000::/home/packer:/bin/sh' >>/etc/passwd
echo 'packer:!:1::::::' >>/etc/shadow
touch /etc/subuid /etc/subgid /etc/gshadow
mkdir -p /home/packer/.ssh /root/.ssh /var/lib/cloud
echo 0123 >/etc/machine-id
echo key >/etc/ssh/ssh_host_ed25519_key
"""


class Copy:
    def __init__(self, folder: Path) -> None:
        self._root, self._given = folder / "copy", folder / "given"
        self._root.mkdir()
        self._given.mkdir()

    def run(self, step: str, before: str, after: str = "") -> subprocess.CompletedProcess[str]:
        given = {"step": (TEMPLATES / "scripts" / step).read_text()} | OS
        for name, text in given.items():
            (self._given / name).write_text(text)
        script = f"{STUBS}\n{before}\nsh /tmp/given/step\n{after}"
        command = ["unshare", "-m", "sh", "-ec", IN_A_COPY, "sh"]
        return subprocess.run(
            [*command, str(self._root), str(self._given), script],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    if os.geteuid():
        pytest.skip("a copy of the root takes root: run the tests as root to have these, too")
    return Copy(tmp_path)


def suites(copy: Copy, system: str, variables: Mapping[str, str]) -> dict[str, str]:
    """URI by suites."""
    given = {"APT_MIRROR": "", "SECURITY_MIRROR": ""} | variables
    exports = "".join(f"export {name}={value}\n" for name, value in given.items())
    before = f"{exports}touch /tmp/image-apt.asc\ncat /tmp/given/{system} >/etc/os-release"
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
    after = "ls /etc/ssh/ssh_host_* /home/packer /root/.ssh 2>/dev/null || echo nothing"
    done = copy.run("generalise.sh", f"{BUILT}\nexport BUILD_USER=packer", after)
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
