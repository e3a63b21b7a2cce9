"""Logins for image registries, where containerd reads them: in its CRI plugin's configuration.

Whoever pulls through it then has them: kubeadm, the kubelet, and containerd itself, which needs a
pause image. A credential provider would serve the kubelet alone.
"""

from __future__ import annotations

import json
import re

from .failures import Failure
from .host import Host

CONFIG = "/etc/containerd/config.toml"
DROP_INS = "/etc/containerd/conf.d"
BEGIN, END = "# Logins by pke-provisioner", "# End of logins"
BLOCK = re.compile(rf"^{BEGIN}$.*?^{END}$", re.MULTILINE | re.DOTALL)
# The plugin of containerd 1, and the part of it that has registries in files of version 3 and up.
WHOLE, IMAGES = "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"
# Where containerd asks for the images of docker.io.
HUB = {"docker.io": "registry-1.docker.io"}


def ensure_logins(host: Host, logins: list[dict[str, str]]) -> None:
    """May run twice. Raises Failure when containerd does not take them."""
    path = deciding_file(host)
    text = host.read(path) if host.exists(path) else ""
    host.write(path, with_logins(text, logins))
    hidden = [login["password"] for login in logins]
    heeded = host.output("containerd", "config", "dump", hidden=hidden)
    for login in logins:
        if not re.search(rf"registry\.configs\.[\"']{re.escape(key(login))}[\"']\.auth\]", heeded):
            raise Failure(
                f"containerd heeds no login in {path} for {login['server']}: let one file of the "
                "template's have the whole section of its CRI plugin"
            )
    host.run("systemctl", "restart", "containerd.service")


def deciding_file(host: Host) -> str:
    """containerd 1 does not merge a plugin's sections: that in the last file read is the plugin's.

    A file without one would take all that the others say away.
    """
    for name in reversed(host.names(DROP_INS)):
        if name.endswith(".toml"):
            text = host.read(f"{DROP_INS}/{name}")
            if has_table(text, plugin_of(text)):
                return f"{DROP_INS}/{name}"
    return CONFIG


def with_logins(text: str, logins: list[dict[str, str]]) -> str:
    """The configuration `text` with these logins and no earlier ones of ours."""
    kept = BLOCK.sub("", text).rstrip() or "version = 2"
    plugin = plugin_of(kept)
    tables = [
        f'[plugins."{plugin}".registry.configs.{quoted(key(login))}.auth]\n'
        f"username = {quoted(login['username'])}\n"
        f"password = {quoted(login['password'])}\n"
        for login in logins
    ]
    return "\n".join([kept, "", BEGIN, *tables, END, ""])


def plugin_of(text: str) -> str:
    """By the file's version. Drop-ins need none."""
    version = re.search(r"^version\s*=\s*(\d+)", text, re.MULTILINE)
    newer = int(version.group(1)) > 2 if version else has_table(text, IMAGES)
    return IMAGES if newer else WHOLE


def has_table(text: str, plugin: str) -> bool:
    found = re.search(rf"^\s*\[plugins\.[\"']{re.escape(plugin)}[\"']", text, re.MULTILINE)
    return found is not None


def key(login: dict[str, str]) -> str:
    return HUB.get(login["server"], login["server"])


def quoted(text: str) -> str:
    """A basic string of TOML: JSON's, but that it has no such thing as a bare DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
