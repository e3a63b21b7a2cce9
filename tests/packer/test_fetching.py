"""Nothing of an image is fetched that a checksum or a key does not vouch for."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.guestos import signing
from lab.packer.containerd import ARCHIVE, CHECKSUM, VERSION, ensure_archive
from provisioner.images.definitions import Definitions
from tests.packer.copy_of_root import Copy, exports, stub
from tests.packer.serving import serving

WRONG = "0" * 64
NOTHING = {
    "CONTAINERD_URL": "",
    "CONTAINERD_SHA256": "",
    "CONTAINERD_PACKAGE": "",
    "RUNC_URL": "",
    "RUNC_SHA256": "",
}
STUBS = stub("apt-mark", "") + stub("systemctl", "")
PINNED = "registry.example.com/pause:1.2.3"


@pytest.fixture(scope="module")
def archives() -> Iterator[str]:
    with serving(ensure_archive()) as url:
        yield url


@pytest.fixture(scope="module")
def checksum() -> str:
    return (ensure_archive() / CHECKSUM).read_text().strip()


def containerd(copy: Copy, after: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    return copy.run("containerd.sh", STUBS + exports(NOTHING | variables), after)


def test_an_archive_of_containerd_is_installed_and_configured(
    copy: Copy, archives: str, checksum: str
) -> None:
    done = containerd(
        copy,
        "containerd --version; containerd config dump",
        CONTAINERD_URL=f"{archives}/{ARCHIVE}",
        CONTAINERD_SHA256=checksum,
    )
    assert done.returncode == 0, done.stdout
    assert f"v{VERSION}" in done.stdout
    assert "SystemdCgroup = true" in done.stdout
    assert "'/etc/containerd/conf.d/*.toml'" in done.stdout


def test_runc_comes_by_its_checksum(copy: Copy, archives: str, checksum: str) -> None:
    """Any file will do: it is not run here."""
    url = f"{archives}/{CHECKSUM}"
    given = {"CONTAINERD_URL": f"{archives}/{ARCHIVE}", "CONTAINERD_SHA256": checksum}
    refused = containerd(copy, **given, RUNC_URL=url, RUNC_SHA256=WRONG)
    assert refused.returncode != 0
    assert f"runc_sha256 says {WRONG}" in refused.stdout


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"CONTAINERD_SHA256": WRONG}, f"containerd_sha256 says {WRONG}"),
        ({}, "containerd_sha256 is needed"),
        ({"CONTAINERD_PACKAGE": "containerd"}, "only one can count"),
        ({"CONTAINERD_URL": ""}, "both are empty"),
    ],
)
def test_a_fault_ends_the_build(
    copy: Copy, archives: str, variables: dict[str, str], told: str
) -> None:
    done = containerd(copy, **{"CONTAINERD_URL": f"{archives}/{ARCHIVE}"} | variables)
    assert done.returncode != 0
    assert told in done.stdout


def test_the_lab_has_the_version_that_is_pinned() -> None:
    settings = Definitions(None).read("debian-12-node").settings
    assert str(settings["containerd_url"]).endswith(Path(ARCHIVE).name)


@pytest.fixture(scope="module")
def fingerprint() -> str:
    return fingerprints(signing.ensure_key() / signing.PUBLIC)[0]


def fingerprints(key: Path) -> list[str]:
    command = ["gpg", "--batch", "--with-colons", "--show-keys", str(key)]
    shown = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split(":") for line in shown.splitlines()]
    return [line[9] for line in lines if line[0] == "fpr"]


def keys(folder: Path, *others: str) -> str:
    """Release.key: the lab's key, and new ones of these names."""
    gpg = ["gpg", "--homedir", str(folder), "--batch", "--quiet", "--passphrase", ""]
    folder.chmod(0o700)
    for name in others:
        subprocess.run([*gpg, "--quick-generate-key", name, "ed25519", "sign"], check=True)
    subprocess.run([*gpg, "--import", signing.ensure_key() / signing.PUBLIC], check=True)
    exported = subprocess.run([*gpg, "--armor", "--export"], capture_output=True, check=True)
    subprocess.run(["gpgconf", "--homedir", str(folder), "--kill", "all"], check=True)
    return exported.stdout.decode()


def kubernetes(
    copy: Copy, release_key: str, fingerprint: str, tmp_path: Path, containerd: str = ""
) -> subprocess.CompletedProcess[str]:
    """With packages as there are, and a containerd that is configured already: the pinned one."""
    served = tmp_path / "served"
    served.mkdir()
    (served / "Release.key").write_text(release_key)
    copy.give_file(ensure_archive() / ARCHIVE)
    with serving(served) as url:
        variables = {
            "KUBERNETES_VERSION": "1.35.4",
            "KUBERNETES_REPOSITORY": f"{url}/",
            "KUBERNETES_KEY_FINGERPRINT": fingerprint,
        }
        before = (
            STUBS
            + stub("apt-cache", "echo 'kubeadm | 1.35.4-1.1 | http://m Packages'")
            + stub("kubeadm", f"echo {PINNED}")
            + f"tar -C /usr/local -xzf /tmp/given/{Path(ARCHIVE).name}\n"
            + containerd
            + "mkdir -p /etc/containerd\ncontainerd config default >/etc/containerd/config.toml\n"
            + "touch /tmp/image-kubernetes.asc\n"
            + exports(variables)
        )
        after = "cat /etc/apt/keyrings/kubernetes.asc; grep sandbox /etc/containerd/config.toml"
        return copy.run("kubernetes.sh", before, after)


def test_a_repositorys_key_is_known_by_its_fingerprint(
    copy: Copy, fingerprint: str, tmp_path: Path
) -> None:
    done = kubernetes(copy, keys(tmp_path), fingerprint, tmp_path)
    assert done.returncode == 0, done.stdout
    assert "BEGIN PGP PUBLIC KEY BLOCK" in done.stdout
    assert f"sandbox = '{PINNED}'" in done.stdout, "what containerd 2 pins is what kubeadm names"


def test_containerd_1_names_the_pause_image_otherwise(
    copy: Copy, fingerprint: str, tmp_path: Path
) -> None:
    old = stub("containerd", """echo '    sandbox_image = "registry.k8s.io/pause:3.6"'""")
    done = kubernetes(copy, keys(tmp_path), fingerprint, tmp_path, old)
    assert f"sandbox_image = '{PINNED}'" in done.stdout


def test_another_key_is_refused(copy: Copy, fingerprint: str, tmp_path: Path) -> None:
    expected = "DE15B14486CD377B9E876E1A234654DA9A296436"
    done = kubernetes(copy, keys(tmp_path), expected, tmp_path)
    assert done.returncode != 0
    assert f"has the key {fingerprint}, " in done.stdout
    assert f"says {expected}" in done.stdout


def test_a_stranger_beside_the_key_is_refused(copy: Copy, fingerprint: str, tmp_path: Path) -> None:
    done = kubernetes(copy, keys(tmp_path, "stranger"), fingerprint, tmp_path)
    assert done.returncode != 0
    assert fingerprint in done.stdout


def test_what_is_no_key_is_refused(copy: Copy, fingerprint: str, tmp_path: Path) -> None:
    done = kubernetes(copy, "<html>not found</html>", fingerprint, tmp_path)
    assert done.returncode != 0
    assert "has the key of nobody" in done.stdout
