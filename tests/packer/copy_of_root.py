"""A copy of this machine's root for steps of images to run in; it goes with its test."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

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
# What a machine that is built has, and this one may not.
STUBS = """
for name in apt-get cloud-init fstrim passwd; do
    printf '#!/bin/sh\\n' >/usr/local/bin/$name
    chmod 0755 /usr/local/bin/$name
done
PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
mkdir -p /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/ssh /etc/sudoers.d /home
"""


class Copy:
    def __init__(self, folder: Path) -> None:
        self._root, self._given = folder / "copy", folder / "given"
        self._root.mkdir()
        self._given.mkdir()

    def give(self, name: str, text: str) -> None:
        """It is in /tmp/given there."""
        (self._given / name).write_text(text)

    def give_file(self, file: Path) -> None:
        (self._given / file.name).symlink_to(file)

    def run(self, step: str, before: str, after: str = "") -> subprocess.CompletedProcess[str]:
        self.give("step", (TEMPLATES / "scripts" / step).read_text())
        script = f"{STUBS}\n{before}\nsh /tmp/given/step\n{after}"
        command = ["unshare", "-m", "sh", "-ec", IN_A_COPY, "sh"]
        return subprocess.run(
            [*command, str(self._root), str(self._given), script],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


def stub(name: str, lines: str) -> str:
    """For `before`: a program that does this alone."""
    path = f"/usr/local/bin/{name}"
    return f"cat >{path} <<'STUB'\n#!/bin/sh\n{lines}\nSTUB\nchmod 0755 {path}\n"


def exports(variables: Mapping[str, str]) -> str:
    """For `before`."""
    return "".join(f"export {name}='{value}'\n" for name, value in variables.items())
