"""The user-data a VM gets: what cloud-init makes of it, and what it must not hold."""

import ast
import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.kubeadm import KubeadmBootstrapper
from provisioner.bootstrap.layout import (
    AGENT,
    AGENT_CONFIG,
    CHECK_API,
    NODE_CONFIGURATION,
    NODE_CONFIGURATION_TIMER,
)
from tests.node.machine import NODE_TOKEN, a_node

PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
UNIT = "/etc/systemd/system/pke-node-agent.service"


def document(**changes: Any) -> dict[str, Any]:
    text = user_data_text(**changes)
    assert text.startswith("#cloud-config\n")
    parsed: dict[str, Any] = yaml.safe_load(text)
    return parsed


def user_data_text(**changes: Any) -> str:
    rendered = ChosenBootstrapper().render(a_node(**changes))
    return gzip.decompress(base64.b64decode(rendered["guestinfo.userdata"])).decode()


def files(**changes: Any) -> dict[str, dict[str, str]]:
    return {file["path"]: file for file in document(**changes)["write_files"]}


def test_packed_as_the_datasource_reads_it() -> None:
    rendered = KubeadmBootstrapper().render(a_node())
    assert rendered["guestinfo.userdata.encoding"] == "gzip+base64"
    assert rendered["disk.enableUUID"] == "TRUE"


def test_rendering_is_repeatable() -> None:
    assert KubeadmBootstrapper().render(a_node()) == KubeadmBootstrapper().render(a_node())


def test_permissions_are_text() -> None:
    written = files()
    assert {type(file["permissions"]) for file in written.values()} == {str}
    assert written[AGENT]["permissions"] == "0755"
    assert written[AGENT_CONFIG]["permissions"] == "0600"
    assert {file["owner"] for file in written.values()} == {"root:root"}


def programs(**changes: Any) -> dict[str, str]:
    found = files(**changes).items()
    return {path: file["content"] for path, file in found if path.endswith(".py")}


def test_agent_is_the_one_of_the_package() -> None:
    written = programs()
    folder = Path("provisioner/bootstrap/node")
    for name in ("agent.py", "host.py", "kubeadm_node.py"):
        assert written[f"/usr/local/lib/pke-provisioner/node/{name}"] == (folder / name).read_text()


VARIANTS: tuple[dict[str, Any], ...] = (
    {},
    {"role": "worker"},
    {"bootstrap": {"install": "packages"}},
    {"bootstrap": {"method": "pke"}, "kubernetes": {"version": "1.22.6"}},
)


@pytest.mark.parametrize("changes", VARIANTS)
def test_programs_run_on_old_pythons(changes: dict[str, Any]) -> None:
    for text in programs(**changes).values():
        ast.parse(text, feature_version=(3, 9))


@pytest.mark.parametrize("changes", VARIANTS)
def test_programs_stand_alone(changes: dict[str, Any]) -> None:
    written = programs(**changes)
    for text in written.values():
        imported = [one for one in ast.parse(text).body if isinstance(one, ast.ImportFrom)]
        assert not [one.module for one in imported if (one.module or "").startswith("prov")]
        for name in (one.module for one in imported if one.level):
            assert f"/usr/local/lib/pke-provisioner/node/{name}.py" in written


def test_only_what_a_node_does_is_delivered() -> None:
    packages = "/usr/local/lib/pke-provisioner/node/packages.py"
    assert packages not in programs()
    assert packages in programs(bootstrap={"install": "packages"})


def test_the_token_is_the_only_secret_and_in_one_place() -> None:
    text = user_data_text()
    assert text.count(NODE_TOKEN) == 1
    assert NODE_TOKEN in files()[AGENT_CONFIG]["content"]
    rest = [file["content"] for path, file in files().items() if not path.endswith(".py")]
    assert "PRIVATE KEY" not in "".join(rest)
    assert NODE_TOKEN not in repr(a_node())


def test_unit_is_started_without_waiting_for_it() -> None:
    commands = document()["runcmd"]
    assert commands[0] == ["systemctl", "daemon-reload"]
    start = ["systemctl", "enable", "--now", "--no-block", "pke-node-agent.service"]
    assert commands[-1] == start
    assert all(isinstance(command, list) for command in commands)


def test_unit_runs_the_agent_until_its_fate_is_known() -> None:
    unit = files()[UNIT]["content"].splitlines()
    assert f"ExecStart=/usr/bin/python3 -I {AGENT}" in unit
    assert "Restart=on-failure" in unit
    assert "RestartPreventExitStatus=3" in unit
    assert "ConditionPathExists=!/var/lib/pke-provisioner/ready" in unit
    assert "ConditionPathExists=!/var/lib/pke-provisioner/failed" in unit


def test_login_only_by_key() -> None:
    key = "ssh-ed25519 AAAAC3Nz me@example"
    user = document(ssh_keys=(key,))["users"][0]
    assert user["ssh_authorized_keys"] == [key]
    assert user["lock_passwd"] is True
    # cloud-init's schema has no empty list of users.
    assert "users" not in document()
    assert document()["ssh_pwauth"] is False


def test_no_host_key_takes_long_to_make() -> None:
    assert document()["ssh_genkeytypes"] == ["ed25519", "ecdsa"]


def test_authorities_are_trusted() -> None:
    assert document(trusted_cas=(PEM,))["ca_certs"] == {"trusted": [PEM]}
    assert "ca_certs" not in document()


def test_only_masters_that_float_check_the_api() -> None:
    assert CHECK_API in files()
    assert CHECK_API not in files(role="worker")
    assert CHECK_API not in files(endpoint={"mode": "external", "vip": "10.0.0.100"})
    pair = {"mode": "loadBalancer", "loadBalancer": "edge", "vip": "10.0.0.100"}
    assert CHECK_API not in files(endpoint=pair)


def test_only_masters_that_float_look_for_later_configuration() -> None:
    start = ["systemctl", "enable", "--now", "--no-block", NODE_CONFIGURATION_TIMER]
    assert NODE_CONFIGURATION in files()
    assert start in document()["runcmd"]
    assert NODE_CONFIGURATION not in files(role="worker")
    assert start not in document(role="worker")["runcmd"]


def test_workers_get_no_certificates_and_no_init() -> None:
    config = json.loads(files(role="worker")[AGENT_CONFIG]["content"])
    assert config["certificates"] == []
    assert set(config["kubeadm"]) == {"join", "discovery"}
