"""Images under test: asked for as the API does it, made by a scripted Packer or by nobody."""

import json
import os
import signal
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from lab.kubernetes.versions import DEFAULT_MINOR, RELEASES
from provisioner.domain.images import KIND
from provisioner.domain.spec.image import ImageSpec
from provisioner.images.definitions import Definitions
from provisioner.images.digest import digest
from provisioner.store import images, inventory, resources
from provisioner.store.tables import Image, ImageTemplate
from tests.workflow import scripted_packer
from tests.workflow.inspector import Machine
from tests.workflow.site import VCENTER_NAME, Site
from tests.workflow.subject import USER, Subject
from workflows.contracts import TaskInput

TEMPLATE = "/DC1/vm/templates/debian-12-node"
VERSION = RELEASES[DEFAULT_MINOR].version
PLACEMENT = {
    "datacenter": "DC1",
    "cluster": "compute-1",
    "datastore": "local-1",
    "networks": [{"name": "nodes"}],
}
BUILD = {
    "vcenter": VCENTER_NAME,
    "source": "clone",
    "definition": "debian-12-node",
    "kubernetesVersion": VERSION,
    "template": TEMPLATE,
    "placement": PLACEMENT,
}
IMPORT = {
    "vcenter": VCENTER_NAME,
    "source": "import",
    "template": TEMPLATE,
    "placement": PLACEMENT,
}


class ImageSubject(Subject):
    @classmethod
    def ask(cls, site: Site, document: dict[str, Any], name: str = "an-image") -> "ImageSubject":
        spec = _sealed(site, ImageSpec.model_validate({"name": name, **document}))
        stored = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        asked = resources.NewResource(site.org_id, KIND, name, site.vcenter_id, stored, USER)
        with site.database.write() as session:
            resource, _ = resources.create(session, asked)
            images.begin(session, resource, spec)
        made = cls(site, resource.id, KIND)
        made.poke()
        return made

    @property
    def folder(self) -> str:
        """Its inventory path."""
        return f"{self.site.root_folder}/image-{self.row.name}-{self.id[:8]}"

    @property
    def image(self) -> Image:
        with self.site.database.read() as session:
            return images.get(session, self.id)

    def templates(self) -> dict[str, ImageTemplate]:
        with self.site.database.read() as session:
            return {one.name: one for one in images.templates(session, self.id)}

    def log(self) -> list[str]:
        with self.site.database.read() as session:
            return [line.text for line in images.log_after(session, self.id, 0, 100_000)]

    def details(self) -> dict[str, str]:
        """What the steps of its latest operation say."""
        return {step["name"]: step["detail"] for step in self.operations()[-1].steps}

    def in_vcenter(self) -> dict[str, Machine]:
        """Of all images of the site, their VMs and templates."""
        return {one.name: one for one in self.machines()}

    async def is_gone(self) -> None:
        await self.until(lambda: self.row.deleted_at is not None)
        assert self.machines() == []
        assert self.site.inspector.folders(self.site.root_folder) == []
        await self.until_no_workflow_runs()


def build_of(image: ImageSubject) -> TaskInput:
    return TaskInput(resource=image.id, task="build", key="1")


@dataclass(frozen=True)
class ScriptedPacker:
    """What workers of `site` take for Packer, told by a file what to do."""

    folder: Path
    site: Site

    def plan(self, **script: object) -> None:
        draft = self.folder / "script.draft"
        draft.write_text(json.dumps(script))
        draft.replace(self.folder / "script.json")

    @property
    def pids(self) -> list[int]:
        """Of its runs, oldest first."""
        runs = self.folder / "runs"
        return [int(line) for line in runs.read_text().split()] if runs.exists() else []

    @property
    def hangs(self) -> bool:
        return (self.folder / "hangs").exists()

    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "told.json").read_text())
        return found

    def is_alive(self) -> bool:
        return any(_runs(pid) for pid in self.pids)

    def kill(self) -> None:
        os.kill(self.pids[-1], signal.SIGKILL)


def install_packer(site: Site, folder: Path, **settings: object) -> ScriptedPacker:
    folder.mkdir()
    plugin = folder / "plugins/github.com/hashicorp/vsphere/packer-plugin-vsphere_v1.4.2"
    plugin.parent.mkdir(parents=True)
    plugin.touch()
    program = folder / "packer"
    script = f"{sys.executable} {scripted_packer.__file__} {folder}/script.json"
    program.write_text(f'#!/bin/sh\nexec {script} "$@"\n')
    program.chmod(0o755)
    given = {"packer": str(program), "packer_plugins": folder / "plugins", **settings}
    own = replace(site, settings=site.settings.model_copy(update=given))
    made = ScriptedPacker(folder, own)
    made.plan()
    return made


def _sealed(site: Site, spec: ImageSpec) -> ImageSpec:
    definitions = Definitions(site.settings.image_definitions)
    if spec.definition not in definitions.names():
        return spec
    with site.database.read() as session:
        known = inventory.load(session, site.vcenter_id)
    [template] = known.find(("VirtualMachine",), spec.template or "", "/")
    return spec.model_copy(update={"digest": digest(definitions, spec, template)})


def _runs(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"
