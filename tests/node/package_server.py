"""A signed apt repository of small packages, and a root that apt and dpkg install into."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PROGRAMS = {
    "kubeadm": "echo registry.k8s.io/kube-proxy:v1; echo ${7:-registry.k8s.io}/pause:3.10.1",
    "kubelet": "",
    "containerd": "echo 'sandbox_image = \"old:1\"'; echo SystemdCgroup = false",
    "keepalived": "",
}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def run(*command: str | Path, folder: Path) -> str:
    words = list(map(str, command))
    return subprocess.run(words, cwd=folder, check=True, capture_output=True, text=True).stdout


class Repository:
    def __init__(self, folder: Path) -> None:
        self.folder = folder / "served"
        self._home = folder / "keys"
        self._home.mkdir(mode=0o700, parents=True)
        self.folder.mkdir()
        self._gpg("--quick-generate-key", "test", "ed25519", "sign", "never")
        self.key = self._gpg("--armor", "--export")

    def add(self, name: str, version: str) -> None:
        tree = self.folder.parent / f"{name}-{version}"
        program = tree / "usr/bin" / name
        program.parent.mkdir(parents=True)
        program.write_text(f"#!/bin/sh\n{PROGRAMS[name]}\n")
        program.chmod(0o755)
        facts = {"Package": name, "Version": version, "Architecture": "all"}
        facts |= {"Maintainer": "test <test@example.com>", "Description": name}
        (tree / "DEBIAN").mkdir()
        text = "".join(f"{field}: {value}\n" for field, value in facts.items())
        (tree / "DEBIAN/control").write_text(text)
        run("dpkg-deb", "-Znone", "--build", tree, self.folder, folder=self.folder)

    def publish(self) -> None:
        listed = run("apt-ftparchive", "packages", ".", folder=self.folder)
        (self.folder / "Packages").write_text(listed)
        (self.folder / "InRelease").unlink(missing_ok=True)
        release = run("apt-ftparchive", "release", ".", folder=self.folder)
        (self.folder / "Release").write_text(release)
        self._gpg("--clearsign", "-o", "InRelease", "Release")
        (self.folder / "Release.key").write_text(self.key)

    @contextmanager
    def served(self) -> Iterator[str]:
        handler = partial(Quiet, directory=str(self.folder))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever)
            thread.start()
            yield f"http://127.0.0.1:{server.server_port}/"
            server.shutdown()
            thread.join()

    def _gpg(self, *arguments: str) -> str:
        options = ("--homedir", str(self._home), "--batch", "--passphrase", "", "--quiet")
        try:
            return run("gpg", *options, *arguments, folder=self.folder)
        finally:
            # gpg starts an agent for this home, which nobody else would end.
            run("gpgconf", *options[:2], "--kill", "all", folder=self.folder)


def install_root(folder: Path) -> dict[str, str]:
    """An empty system below `folder`; the environment that makes apt and dpkg work on it."""
    admin = folder / "var/lib/dpkg"
    for name in ("info", "updates", "triggers"):
        (admin / name).mkdir(parents=True)
    (admin / "status").touch()
    for name in ("var/lib/apt/lists/partial", "var/cache/apt/archives/partial", "var/log/apt"):
        (folder / name).mkdir(parents=True)
    for name in ("apt.conf.d", "preferences.d", "sources.list.d", "trusted.gpg.d"):
        (folder / "etc/apt" / name).mkdir(parents=True)
    settings = {
        "Dir::Etc": folder / "etc/apt",
        "Dir::State": folder / "var/lib/apt",
        "Dir::State::status": admin / "status",
        "Dir::Cache": folder / "var/cache/apt",
        "Dir::Log": folder / "var/log/apt",
        "APT::Sandbox::User": "root",
        "DPkg::Options::": f"--root={folder}",
    }
    text = "".join(f'{name} "{value}";\n' for name, value in settings.items())
    (folder / "apt.conf").write_text(text)
    return {
        "APT_CONFIG": str(folder / "apt.conf"),
        "DPKG_ADMINDIR": str(admin),
        "DPKG_ROOT": str(folder),
        "DPKG_FORCE": "not-root",
    }
