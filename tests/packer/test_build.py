"""Real Packer, run as the service runs it. Builds in a vCenter are proven in tests/images."""

import json
import os
import stat
import tempfile
from pathlib import Path

import pytest
from pydantic import SecretStr

from lab.packer.tools import packer
from lab.ports import free_port
from provisioner.images import order as orders
from provisioner.images.build import Built, PackerBuild
from provisioner.images.build_errors import (
    BuildFailed,
    BuildKilled,
    BuildOverdue,
    PackerMissing,
    ResultUnreadable,
    WorkerUnfit,
)
from provisioner.images.definitions import Definitions
from provisioner.images.order import BuildOrder, Site
from provisioner.images.redaction import HIDDEN
from provisioner.images.tools import PackerTools, find_tools

PASSWORD = "p@ss, word"
DECLARED = sorted(
    {*Site.model_fields, "kubernetes_version", "ssh_private_key_file", "ssh_public_key"}
    | {"manifest_file", "report_file", "vcenter_username", "shouted"}
)
# Packer's own builder without a machine: everything but vCenter is as in our templates.
TEMPLATE = """
source "null" "image" { communicator = "none" }
variable "vcenter_password" {
  type      = string
  sensitive = true
}
build {
  sources = ["source.null.image"]
  provisioner "shell-local" { script = "${path.root}/step.sh" }
  provisioner "shell-local" {
    inline = ["echo password is '${var.vcenter_password}' key ${var.ssh_private_key_file}"]
  }
  post-processor "manifest" { output = var.manifest_file }
}
"""
INSTALLER = {"iso_url": "https://mirror.example.com/a.iso", "iso_checksum": "sha256:" + "0" * 64}
REPORT = {"os": "debian12", "kernel": "6.1", "checks": [{"name": "kubelet", "ok": True}]}


@pytest.fixture(scope="module")
def tools() -> PackerTools:
    built = packer()
    return find_tools(str(built.program), built.plugins)


class Templates:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "definitions").mkdir(parents=True)
        (folder / "definitions" / "node.pkrvars.hcl").write_text('shouted = "loud"\n')
        declared = "\n".join(f'variable "{name}" {{ default = "" }}' for name in DECLARED)
        (folder / "image.pkr.hcl").write_text(declared + TEMPLATE)
        self.step(f"echo '{json.dumps(REPORT)}' >../../self-check.json")

    def step(self, script: str) -> None:
        """Its working directory is not the build's: it finds that by its HOME."""
        path = self.folder / "step.sh"
        path.write_text("#!/bin/sh\nset -eu\n" + script.replace("../../", "$HOME/") + "\n")
        path.chmod(0o755)


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Templates:
    monkeypatch.setitem(orders.SOURCES, "clone", "null.image")
    monkeypatch.setenv("PKE_DATABASE_URL", "sqlite:////secret/place")
    return Templates(tmp_path / "templates")


SITE = Site(
    vcenter_server="127.0.0.1",
    datacenter="/DC1",
    cluster="/DC1/host/compute-1",
    resource_pool="",
    datastore="/DC1/datastore/local-1",
    iso_folder="packer_cache/image-1",
    folder="kubernetes/image-1",
    network="/DC1/network/nodes",
    vm_name="an-image",
    template="/DC1/vm/templates/debian-12",
)


def order(site: Site = SITE, definition: str = "node") -> BuildOrder:
    return BuildOrder(
        source="clone",
        definition=definition,
        kubernetes_version="1.35.4",
        variables={"vm_name": "somebody's else"},
        site=site,
        username="user",
        password=SecretStr(PASSWORD),
        trust="",
    )


def is_there(path: str) -> bool:
    return Path(path).exists()


async def build(
    tools: PackerTools, templates: Templates, said: list[str], seconds: float = 60.0
) -> Built:
    return await PackerBuild(tools, templates.folder, seconds).run(order(), said.append)


async def test_leaves_what_the_machine_reports(tools: PackerTools, templates: Templates) -> None:
    built = await build(tools, templates, [])
    assert built.report.os == "debian12"
    assert built.artifact.builder_type == "null"


async def test_says_what_its_steps_say(tools: PackerTools, templates: Templates) -> None:
    said: list[str] = []
    await build(tools, templates, said)
    assert any("Running local shell script" in line for line in said)


async def test_packer_itself_hides_no_secret_here(tools: PackerTools, templates: Templates) -> None:
    """Which is why we do. If this fails, Packer has learned it."""
    said: list[str] = []
    await build(tools, templates, said)
    assert any(f"password is {HIDDEN}" in line for line in said)
    assert not any(PASSWORD in line for line in said)


async def test_what_packer_writes_where_it_runs_is_no_part_of_the_definitions(
    tools: PackerTools, templates: Templates
) -> None:
    """Such as a crash's log, with all that it knew."""
    before = set(templates.folder.rglob("*"))
    templates.step(f"pwd; echo all >crash.log; echo '{json.dumps(REPORT)}' >../../self-check.json")
    said: list[str] = []
    await build(tools, templates, said)
    assert set(templates.folder.rglob("*")) == before
    assert any("/image-" in line for line in said)


async def test_a_machine_without_room_says_so(
    tools: PackerTools, templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(templates.folder / "step.sh"))
    with pytest.raises(WorkerUnfit, match=r"step\.sh: .*Not a directory.*set TMPDIR") as failure:
        await build(tools, templates, [])
    assert failure.value.transient


async def test_nothing_stays_of_its_folder(
    tools: PackerTools, templates: Templates, tmp_path: Path
) -> None:
    told = tmp_path / "home"
    templates.step(f"echo $HOME >{told}; echo '{json.dumps(REPORT)}' >../../self-check.json")
    await build(tools, templates, [])
    assert not is_there(told.read_text().strip())


async def test_files_and_arguments_hold_no_password_and_the_environment_none_of_ours(
    tools: PackerTools, templates: Templates, tmp_path: Path
) -> None:
    kept = tmp_path / "kept"
    kept.mkdir()
    templates.step(
        f"cp ../../* {kept}/ 2>/dev/null || true; env >{kept}/env;"
        f"ls -l ../../key >{kept}/mode; cat /proc/$PPID/cmdline >{kept}/cmdline;"
        f"echo '{json.dumps(REPORT)}' >../../self-check.json"
    )
    await build(tools, templates, [])
    texts = {path.name: path.read_text() for path in kept.iterdir()}
    assert "OPENSSH PRIVATE KEY" in texts["key"]
    assert texts["mode"].startswith("-rw-------")
    assert json.loads(texts["build.pkrvars.json"])["vm_name"] == "an-image"
    assert "PKE_" not in texts["env"]
    assert PASSWORD not in "".join(text for name, text in texts.items() if name != "env")


async def test_tells_why_a_step_failed(tools: PackerTools, templates: Templates) -> None:
    templates.step("echo no package of kubeadm 1.35.4 >&2; exit 3")
    with pytest.raises(BuildFailed, match="no package of kubeadm"):
        await build(tools, templates, [])


async def test_a_reason_holds_no_password(tools: PackerTools, templates: Templates) -> None:
    templates.step(f"echo 'user:{PASSWORD} is refused' >&2; exit 3")
    with pytest.raises(BuildFailed, match="<hidden> is refused"):
        await build(tools, templates, [])


async def test_success_without_a_report_is_none(tools: PackerTools, templates: Templates) -> None:
    templates.step("true")
    with pytest.raises(ResultUnreadable, match="report is missing"):
        await build(tools, templates, [])


async def test_ends_at_its_deadline(tools: PackerTools, templates: Templates) -> None:
    templates.step("exec sleep 600")
    with pytest.raises(BuildOverdue, match="PKE_IMAGE_BUILD_SECONDS"):
        await build(tools, templates, [], seconds=3.0)


async def test_packer_killed_by_somebody(tools: PackerTools, templates: Templates) -> None:
    """Its wrapper, which is what the worker started."""
    templates.step("kill -KILL -$(ps -o pgid= -p $$ | tr -d ' ')")
    with pytest.raises(BuildKilled, match="signal 9"):
        await build(tools, templates, [])


@pytest.mark.parametrize("source", ["clone", "iso"])
async def test_our_own_templates_are_taken_as_far_as_vcenter(
    tools: PackerTools, source: str
) -> None:
    """Nobody answers there: Packer took every variable of ours, and its password stays hidden."""
    definitions = Definitions(None)
    site = SITE.model_copy(update={"vcenter_server": f"127.0.0.1:{free_port()}"})
    changes = {"source": source, "variables": INSTALLER if source == "iso" else {}}
    for definition in definitions.names():
        wanted = order(site, definition).model_copy(update=changes)
        with pytest.raises(BuildFailed, match="connection refused") as failure:
            await PackerBuild(tools, definitions.folder, 60.0).run(wanted, lambda _: None)
        assert PASSWORD not in str(failure.value)


@pytest.mark.parametrize("mirror", ["mirror.example.com", "http://a/\nd-i preseed/x string y"])
async def test_a_mirror_that_is_no_url_is_told(tools: PackerTools, mirror: str) -> None:
    wanted = order(definition="debian-12-node").model_copy(
        update={"variables": {"apt_mirror": mirror}}
    )
    with pytest.raises(BuildFailed, match="Give apt_mirror as an http:// or https:// URL"):
        await PackerBuild(tools, Definitions(None).folder, 60.0).run(wanted, lambda _: None)


@pytest.mark.parametrize("source", ["clone", "iso"])
async def test_vcenter_is_not_verified_by_what_whoever_asks_says(
    tools: PackerTools,
    templates: Templates,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    source: str,
) -> None:
    """Nor by the system's authorities."""
    monkeypatch.setitem(orders.SOURCES, "iso", "null.image")
    (templates.folder / "asked.pkr.hcl").write_text('variable "ca_bundle" { default = "" }\n')
    templates.step(
        f"cat $SSL_CERT_FILE >{tmp_path}/trust; echo ${{SSL_CERT_DIR-usual}} >{tmp_path}/system;"
        f"echo '{json.dumps(REPORT)}' >../../self-check.json"
    )
    changes = {"source": source, "trust": "vCenter's", "variables": {"ca_bundle": "x"}}
    wanted = order().model_copy(update=changes)
    await PackerBuild(tools, templates.folder, 60.0).run(wanted, lambda _: None)
    assert (tmp_path / "trust").read_text().split() == ["vCenter's"]
    assert (tmp_path / "system").read_text().endswith("/none\n")


def test_missing_tools_are_told_with_their_settings(tmp_path: Path) -> None:
    with pytest.raises(PackerMissing, match="PKE_PACKER to"):
        find_tools(str(tmp_path / "packer"), None)
    program = tmp_path / "packer"
    program.touch()
    program.chmod(stat.S_IRWXU)
    with pytest.raises(PackerMissing, match="PKE_PACKER_PLUGINS"):
        find_tools(str(program), tmp_path)
    assert os.access(program, os.X_OK)
