import subprocess
import threading
import urllib.error
import urllib.request

import pytest

from lab.guestos.repository import DEBIAN, kubernetes_path
from lab.guestos.repository_server import server
from lab.guestos.signing import KEYRING, ensure_key

NODE = ("kubelet", "kubeadm", "containerd", "keepalived", "conntrack", "socat", "etcd-server")


@pytest.fixture(scope="module")
def url(guest_os):
    with server((guest_os.repository,), "127.0.0.1", 0) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


@pytest.fixture
def apt(guest_os, url, tmp_path):
    """A bare guest's apt, which knows the lab's repositories and no other."""
    for folder in ("lists/partial", "cache/archives/partial"):
        (tmp_path / folder).mkdir(parents=True)
    key = f"[signed-by={guest_os.repository_key}]"
    minor = guest_os.release.minor
    (tmp_path / "sources.list").write_text(
        f"deb {key} {url}/{kubernetes_path(minor)}/ /\ndeb {key} {url}/{DEBIAN}/ bookworm main\n"
    )
    options = {
        "Dir::Etc::SourceList": tmp_path / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": tmp_path / "lists",
        "Dir::State::Status": guest_os.packages_rootfs / "var/lib/dpkg/status",
        "Dir::Cache": tmp_path / "cache",
        "Acquire::http::Proxy": "DIRECT",
        "APT::Update::Error-Mode": "any",
        "APT::Sandbox::User": "root",
    }
    given = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]

    def run(program, *arguments):
        command = [program, "-q", *given, *arguments]
        return subprocess.run(command, capture_output=True, text=True)

    return run


def signed(folder):
    keyring = ensure_key() / KEYRING
    return subprocess.run(["gpgv", "--keyring", keyring, folder / "InRelease"]).returncode == 0


@pytest.mark.parametrize("folder", ["kubernetes", "bookworm", "bookworm-updates"])
def test_a_repository_is_signed(guest_os, folder):
    place = f"{DEBIAN}/dists/{folder}"
    if folder == "kubernetes":
        place = kubernetes_path(guest_os.release.minor)
    assert signed(guest_os.repository / place)


def test_a_changed_index_is_no_longer_signed(guest_os, tmp_path):
    release = guest_os.repository / DEBIAN / "dists/bookworm/InRelease"
    (tmp_path / "InRelease").write_text(release.read_text().replace("bookworm", "trixie"))
    assert not signed(tmp_path)


def test_apt_accepts_it_and_offers_the_wanted_version(apt, guest_os):
    updated = apt("apt-get", "update")
    assert (updated.returncode, updated.stderr) == (0, "")
    assert guest_os.release.version in apt("apt-cache", "madison", "kubeadm").stdout


def test_a_bare_guest_can_install_a_node_from_it_alone(apt, guest_os):
    apt("apt-get", "update")
    exact = f"kubeadm={guest_os.release.version}-1.1"
    planned = apt("apt-get", "--simulate", "--no-install-recommends", "install", exact, *NODE)
    assert f"Inst kubelet ({guest_os.release.version}-1.1" in planned.stdout


def test_every_package_can_be_had(apt):
    apt("apt-get", "update")
    fetched = apt("apt-get", "-y", "--download-only", "--no-install-recommends", "install", *NODE)
    assert fetched.returncode == 0, fetched.stderr


def test_the_debian_mirror_is_trusted_by_the_guests(guest_os):
    keyring = guest_os.packages_rootfs / "usr/share/keyrings/debian-archive-keyring.gpg"
    release = guest_os.repository / DEBIAN / "dists/bookworm/InRelease"
    assert subprocess.run(["gpgv", "--keyring", keyring, release]).returncode == 0


def test_the_secret_key_is_not_served_nor_readable_by_others(guest_os):
    assert list(guest_os.repository.rglob("*secret*")) == []
    assert (ensure_key() / "secret.asc").stat().st_mode & 0o077 == 0


def test_one_server_has_several_releases(tmp_path):
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text(name)
    with server((tmp_path / "one", tmp_path / "two"), "127.0.0.1", 0) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{listening.server_port}"
        said = [urllib.request.urlopen(f"{url}/{name}").read() for name in ("one", "two")]
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{url}/../two/three")
        listening.shutdown()
    assert said == [b"one", b"two"]
