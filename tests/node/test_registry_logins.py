"""A node whose cluster's image registry asks who pulls."""

import stat
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisioner.bootstrap.bootstrapper import ChosenBootstrapper
from provisioner.bootstrap.node.host import Host
from provisioner.bootstrap.node.registry_logins import CONFIG, deciding_file, with_logins
from tests.node.conftest import MakeMachine
from tests.node.machine import Machine, a_node, user_data
from tests.node.service import Reply, ScriptedService

HOST = "registry.example.com:5000"
PASSWORD = 's3cr3t "bot\\'
LOGIN = {"server": HOST, "username": "bot", "password": PASSWORD}
WHOLE, IMAGES = "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images"
AS_CONFIGURED = "cat $root/etc/containerd/config.toml"


@pytest.fixture(params=["master", "worker"])
def node(machine_of: MakeMachine, service: ScriptedService, request: Any) -> Machine:
    service.replies["GET logins"] = [Reply(200, {"logins": [LOGIN]})]
    changes = {"image_registry": f"{HOST}/mirror", "logs_in": True, "role": request.param}
    machine = machine_of(**changes)
    machine.install("containerd", AS_CONFIGURED)
    machine.write(CONFIG, "version = 2\n")
    return machine


def auth(text: str, plugin: str = WHOLE, host: str = HOST) -> Any:
    return tomllib.loads(text)["plugins"][plugin]["registry"]["configs"][host]["auth"]


def test_containerd_has_the_login_before_kubeadm_pulls(
    node: Machine, service: ScriptedService
) -> None:
    assert node.run().code == 0
    config = node.path(CONFIG)
    assert auth(config.read_text()) == {"username": "bot", "password": PASSWORD}
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    calls = [call.rpartition(" --config")[0] or call for call in node.calls()]
    restarted = calls.index("systemctl restart containerd.service")
    assert restarted < next(
        at for at, call in enumerate(calls) if call in ("kubeadm init", "kubeadm join")
    )
    assert ("image-registry", "finished") in service.statuses()


def test_nobody_else_learns_it(node: Machine, service: ScriptedService) -> None:
    said = node.run().output
    said += "\n".join(node.calls()) + "".join(str(call.body) for call in service.calls)
    said += "".join(path.read_text() for path in node.root.rglob("*.log"))
    assert "s3cr3t" not in said
    holding = [
        path for path in node.root.rglob("*") if path.is_file() and "s3cr3t" in path.read_text()
    ]
    assert holding == [node.path(CONFIG)]


def test_a_template_whose_containerd_does_not_heed_it(
    node: Machine, service: ScriptedService
) -> None:
    node.install("containerd", "")
    assert node.run().code == 3
    told = service.last("POST status").body["message"]
    assert HOST in told
    assert "CRI plugin" in told
    assert "s3cr3t" not in told


def test_what_containerd_says_of_a_broken_file_is_told_without_it(
    node: Machine, service: ScriptedService
) -> None:
    node.install("containerd", f"{AS_CONFIGURED} >&2; exit 1")
    assert node.run().code == 3
    assert "s3cr3t" not in "".join(str(call.body) for call in service.calls)


def test_the_program_comes_with_nodes_that_need_it_alone() -> None:
    def modules(**changes: Any) -> set[str]:
        return {Path(one["path"]).name for one in user_data(a_node(**changes))["write_files"]}

    assert "registry_logins.py" not in modules()
    assert "registry_logins.py" in modules(logs_in=True)
    assert ChosenBootstrapper().render(a_node(logs_in=True))


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)
FILES = [
    ("", WHOLE),
    ("version = 2\n", WHOLE),
    ("version = 3\n", IMAGES),
    (f"version = 3\n[plugins.'{WHOLE}']\n  stream_idle_timeout = '4h'\n", IMAGES),
    (f'version = 2\n[plugins."{WHOLE}".registry]\n  config_path = "/certs.d"\n', WHOLE),
    (f"[plugins.'{IMAGES}']\n  snapshotter = 'overlayfs'\n", IMAGES),
]


@pytest.mark.parametrize(("text", "plugin"), FILES)
@given(username=texts, password=texts)
def test_any_login_in_files_of_containerd_1_and_2(
    text: str, plugin: str, username: str, password: str
) -> None:
    login = {"server": HOST, "username": username, "password": password}
    first = with_logins(text, [LOGIN])
    assert auth(first, plugin) == {"username": "bot", "password": PASSWORD}
    second = with_logins(first, [login])
    assert auth(second, plugin) == {"username": username, "password": password}
    assert with_logins(second, [login]) == second
    left = tomllib.loads(with_logins(second, []))
    assert left == tomllib.loads(text or "version = 2")


def test_docker_hub_by_the_name_that_is_asked_for_its_images() -> None:
    text = with_logins("", [LOGIN | {"server": "docker.io"}])
    assert auth(text, host="registry-1.docker.io")["username"] == "bot"


def test_a_drop_in_with_the_plugins_section_takes_it_instead(tmp_path: Path) -> None:
    host = Host(str(tmp_path))
    assert deciding_file(host) == CONFIG
    host.write("/etc/containerd/conf.d/20-gpu.toml", f'[plugins."{WHOLE}".containerd]\n')
    host.write("/etc/containerd/conf.d/30-log.toml", "[debug]\n")
    assert deciding_file(host) == "/etc/containerd/conf.d/20-gpu.toml"
