"""The Debian that every guest has: systemd, cloud-init, VMware's tools, nothing of Kubernetes."""

import shutil
from pathlib import Path

from lab import cache
from lab.guestos import debian, signing
from lab.guestos.running import CONTAINED, QUIET_APT, run, run_script
from lab.progress import Say, step

FILES = Path(__file__).parent / "files" / "base"
PACKAGES = (
    "ca-certificates",
    "cloud-init",
    "dbus",
    "iproute2",
    "iputils-ping",
    "kmod",
    "locales",
    "mount",
    "netbase",
    "openssh-server",
    "procps",
    "python3",
    "sudo",
    "systemd",
    "systemd-sysv",
)
# A clone gets identity and name servers of its own. ca-certificates brings openssl along; out of
# the way it is where only that finds it, so that whatever else needs it fails in the lab first.
# The lab's mirror of Debian has a signature of its own.
GENERALISE = """
cd "$1"
cat "$2" >> usr/share/keyrings/debian-archive-keyring.gpg
: > etc/machine-id
: > etc/resolv.conf
rm -f etc/hostname etc/ssh/ssh_host_* etc/apt/sources.list etc/apt/sources.list.d/*
rm -rf var/lib/apt/lists/* var/cache/apt/* var/log/apt
mkdir -p run/guest usr/lib/lab/openssl
mv usr/bin/openssl usr/lib/lab/openssl/
systemctl --root . --quiet enable lab-writable.service systemd-networkd.service
systemctl --root . --quiet mask systemd-networkd-wait-online.service systemd-resolved.service
"""


def ensure_base(say: Say) -> Path:
    """A root file system without Kubernetes; a minute once."""
    keyring = signing.ensure_key() / signing.KEYRING
    key = cache.digest(Path(__file__), FILES, keyring)

    def make(target: Path) -> None:
        with step(say, "installing the guests' Debian"):
            _install(target / "root")
            shutil.copytree(FILES, target / "root", symlinks=True, dirs_exist_ok=True)
            run_script(GENERALISE, target / "root", keyring)

    return cache.ensure("guest-base", key, make) / "root"


def _install(root: Path) -> None:
    run(
        *(*CONTAINED, "mmdebstrap", "--quiet", "--mode=root", "--variant=minbase"),
        *(f"--include={','.join(PACKAGES)}", debian.SUITE, root, "-"),
        stdin=debian.sources(),
        env=QUIET_APT,
    )
