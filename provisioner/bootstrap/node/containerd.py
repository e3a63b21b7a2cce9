"""containerd's configuration, as the kubelet and kubeadm need it."""

from __future__ import annotations

import re

from .failures import Failure
from .host import Host

CONFIG = "/etc/containerd/config.toml"
# What the image brings for itself; read after ours.
DROP_INS = "/etc/containerd/conf.d/*.toml"


def configure(host: Host, version: str, image_registry: str | None) -> None:
    """Its own defaults with systemd's cgroups and the pause image that kubeadm expects."""
    defaults = host.output("containerd", "config", "default")
    text = configured(defaults, pause_image(host, version, image_registry))
    if not (host.exists(CONFIG) and host.read(CONFIG) == text):
        host.write(CONFIG, text, 0o644)
        host.run("systemctl", "restart", "containerd.service")
    host.run("systemctl", "enable", "containerd.service")


def pause_image(host: Host, version: str, image_registry: str | None) -> str:
    options = ("--image-repository", image_registry) if image_registry else ()
    command = ("kubeadm", "config", "images", "list", "--kubernetes-version", "v" + version)
    for line in host.output(*command, *options).splitlines():
        if re.search(r"/pause:", line):
            return line.strip()
    raise Failure("kubeadm names no pause image")


def configured(defaults: str, pause: str) -> str:
    """Of containerd 1 or 2, which name the pause image differently."""
    text, cgroups = re.subn(r"(?m)^(\s*SystemdCgroup\s*=).*$", r"\1 true", defaults)
    text, pauses = re.subn(
        r"""(?m)^(\s*(?:sandbox_image|sandbox)\s*=\s*)['"][^'"]*:[^'"]*['"]""",
        lambda found: f"{found.group(1)}'{pause}'",
        text,
    )
    if not cgroups or not pauses:
        raise Failure("containerd's default configuration has no SystemdCgroup or pause image")
    imports = f"imports = ['{DROP_INS}']"
    text, known = re.subn(r"(?m)^imports\s*=.*$", imports, text)
    return text if known else imports + "\n" + text
