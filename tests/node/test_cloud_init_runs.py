"""Real cloud-init makes of the user-data what it says: in a throw-away root, as root."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lab.guestos.base import ensure_base
from lab.progress import say_nothing
from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.layout import AGENT, AGENT_CONFIG
from tests.node.authority import self_signed
from tests.node.machine import MAC, NODE_TOKEN, a_node
from tests.node.test_cloud_init import ISOLATED, STATIC, WAYS

# The guests' Debian is built when it is not there yet.
pytestmark = pytest.mark.timeout(900)

FOLDER = Path(__file__).parent
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAfm me@example"
PROXY = {"http": "http://proxy.corp:3128"}
CA = self_signed("corporate").certificate

LEASED = {"mac": MAC}
VARIANTS: dict[str, dict[str, Any]] = {
    "master": {"nics": (STATIC,), "ssh_keys": (KEY,), "proxy": PROXY},
    "worker": {**WAYS["packages"], "role": "worker", "nics": (LEASED,), "trusted_cas": (CA,)},
    "pke": {**WAYS["pke"], "nics": (STATIC, ISOLATED), "ssh_keys": (KEY,), "trusted_cas": (CA,)},
}


@pytest.fixture(scope="module")
def base() -> Path:
    return ensure_base(say_nothing)


@pytest.fixture(scope="module", params=VARIANTS)
def started(
    request: pytest.FixtureRequest, base: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[dict[str, Any], dict[str, Any]]:
    """A variant, and what its machine looks like."""
    variant = VARIANTS[request.param]
    return variant, start(base, tmp_path_factory.mktemp("machine"), variant)


def start(base: Path, folder: Path, variant: dict[str, Any]) -> dict[str, Any]:
    rendered = ChosenBootstrapper().render(a_node(**variant))
    return boot(base, folder, rendered, [nic["mac"] for nic in variant["nics"]])


def boot(base: Path, folder: Path, rendered: dict[str, str], macs: list[str]) -> dict[str, Any]:
    """What a machine looks like once cloud-init is done with it."""
    values = {"VMX_GUESTINFO": "1", "SYSTEMD_OFFLINE": "1", "LC_ALL": "C"}
    values["PROBE_SECRET"] = NODE_TOKEN
    for key, value in rendered.items():
        if key.startswith("guestinfo."):
            values["VMX_" + key.upper().replace(".", "_")] = value
    (folder / "environment").write_text("".join(f"{k}='{v}'\n" for k, v in values.items()))
    (folder / "probe.py").write_text((FOLDER / "probe.py").read_text())
    script = [str(FOLDER / "throw_away.sh"), str(base), str(folder)]
    command = ["unshare", "-mnupf", "--kill-child", "sh", *script, *macs]
    run = subprocess.run(command, capture_output=True, text=True, timeout=100)
    said = (folder / "said").read_text() if (folder / "said").exists() else ""
    assert run.returncode == 0, run.stderr + said
    found: dict[str, Any] = json.loads((folder / "found.json").read_text())
    return found


Started = tuple[dict[str, Any], dict[str, Any]]


def test_done_without_an_error_or_a_warning(started: Started) -> None:
    _, found = started
    assert found["result"]["v1"]["errors"] == []
    assert "VMware" in found["result"]["v1"]["datasource"]
    assert [line for line in found["log"].splitlines() if "WARNING" in line] == []


def test_the_machine_is_the_one_that_was_planned(started: Started) -> None:
    variant, found = started
    assert found["hostname"] == "c1-control-plane-a1b2c"
    assert "c1-control-plane-a1b2c" in found["hosts"]
    for nic in variant["nics"]:
        assert nic["mac"] in found["network"]
        assert nic.get("address", "DHCP=ipv4") in found["network"]
    assert "pke-node-agent.service" in found["enabled"]


def test_files_are_roots_with_the_modes_they_were_given(started: Started) -> None:
    _, found = started
    assert found["written"][AGENT] == [0o755, 0, 0]
    assert found["written"][AGENT_CONFIG] == [0o600, 0, 0]
    ours = [facts for path, facts in found["written"].items() if "pke-provisioner" in path]
    assert len(ours) > 10
    assert {tuple(facts[1:]) for facts in ours} == {(0, 0)}
    assert {facts[0] for facts in ours} <= {0o600, 0o644, 0o755}


def test_wherever_the_token_lies_only_root_reads_it(started: Started) -> None:
    _, found = started
    assert AGENT_CONFIG in found["secret"]
    open_ones = {path: facts for path, facts in found["secret"].items() if facts[0] & 0o077}
    assert open_ones == {}


def test_login_and_trust_as_asked(started: Started) -> None:
    variant, found = started
    assert ("pke" in found["users"]) == ("ssh_keys" in variant)
    assert (KEY in found["keys"]) == ("ssh_keys" in variant)
    body = CA.split("\n", 1)[1].strip()
    assert (body in found["authorities"]) == ("trusted_cas" in variant)
