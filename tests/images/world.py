"""Images of the lab: asked for at the API, built by the real Packer, seen in vCenter."""

import contextlib
import hashlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import httpx
from pyVim.task import WaitForTask
from pyVmomi import vim, vmodl

from lab.guestos import signing
from lab.guestos.repository_server import server
from lab.guests.session import GuestSession
from lab.packer.containerd import ARCHIVE, CHECKSUM, ensure_archive
from lab.packer.tools import PackerTools
from lab.service import Service
from lab.stack.mending import mend
from lab.stack.options import WORKER
from lab.stack.records import read_records
from lab.waiting import wait_until
from tests.machines.world import World

SECONDS = 300.0
FOLDER = "/DC1/vm/kubernetes"
SERVER = "http://10.77.0.1"
PLAIN = "debian-12-plain"
VERSION = "1.35.4"


def request(name: str, **changes: Any) -> dict[str, Any]:
    variables = {
        "apt_mirror": f"{SERVER}/debian/",
        "kubernetes_repository": f"{SERVER}/core:/stable:/v{{minor}}/deb/",
        "kubernetes_repository_key": (signing.ensure_key() / signing.PUBLIC).read_text(),
        "containerd_url": f"{SERVER}/{ARCHIVE}",
        "containerd_sha256": (ensure_archive() / CHECKSUM).read_text().strip(),
        "runc_url": "",
        "pull_images": False,
        "memory_mib": 1024,
    }
    placement = {
        "datacenter": "DC1",
        "cluster": "compute-1",
        "datastore": "local-1",
        "networks": [{"name": "nodes"}],
    }
    return {
        "name": name,
        "vcenter": "lab",
        "definition": "debian-12-node",
        "source": "clone",
        "template": PLAIN,
        "kubernetesVersion": VERSION,
        "placement": placement,
        "variables": variables,
    } | changes


class Images:
    """A context manager, for its session."""

    def __init__(self, world: World, service: Service, tools: PackerTools) -> None:
        self.world = world
        self.service = service
        self._program = str(tools.program)
        self._session = GuestSession(world.facts.vcenter.access())
        self._ending = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._session.call(lambda: self._session.content.about)
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()
        self._session.close()

    def begin(self, name: str, **changes: Any) -> dict[str, Any]:
        """The operation."""
        return self.service.ask("POST", "/images/builds", request(name, **changes))

    def begin_from_iso(self, name: str, definition: str) -> dict[str, Any]:
        """Of an empty disc that the worker fetches from here, without a word typed."""
        served = self.world.layout.data / "discs"
        served.mkdir()
        disc = served / "disc.iso"
        disc.write_bytes(bytes(1 << 20))
        iso = {
            "iso_url": f"http://127.0.0.1:{self._serve(served)}/{disc.name}",
            "iso_checksum": f"sha256:{hashlib.sha256(disc.read_bytes()).hexdigest()}",
            "boot_command": [],
        }
        asked = request(name, definition=definition, source="iso")
        del asked["template"]
        asked["variables"] |= iso
        return self.service.ask("POST", "/images/builds", asked)

    def _serve(self, folder: Path) -> int:
        """The port, until the session ends."""
        listening = self._ending.enter_context(server((folder,), "127.0.0.1", 0))
        serving = threading.Thread(target=listening.serve_forever, daemon=True)
        serving.start()
        self._ending.callback(serving.join)
        self._ending.callback(listening.shutdown)
        return listening.server_port

    def outcome(self, operation: dict[str, Any]) -> dict[str, Any]:
        return self.service.outcome(operation, SECONDS)

    def build(self, name: str) -> dict[str, Any]:
        return self.service.ask("GET", f"/images/builds/{name}")

    def image(self, name: str) -> dict[str, Any]:
        return self.service.ask("GET", f"/images/{name}")

    def events(self, name: str) -> str:
        items = self.service.ask("GET", f"/images/{name}/events")["items"]
        return "\n".join(f"{one['reason']}: {one['message']}" for one in items)

    def asked_for(self, url: str) -> bytes:
        """What is answered in the lab's network."""
        return httpx.get(url, timeout=SECONDS).raise_for_status().content

    def log(self, name: str) -> str:
        return self.service.text(f"/images/builds/{name}/log?follow=false")

    def has_said(self, name: str, text: str) -> bool:
        return wait_until(lambda: text in self.log(name), SECONDS)

    def machines(self, name: str) -> dict[str, str]:
        """Ids of all VMs and templates in the image's folder, by name."""
        return {
            label: str(vm._moId)
            for folder in self._folders(name)
            for label, vm in _named(folder.childEntity)
        }

    def discs(self) -> list[str]:
        """Files of what was uploaded for builds."""
        store = self._find("/DC1/datastore/local-1")
        task = store.browser.SearchDatastoreSubFolders_Task(
            "[local-1] packer_cache", vim.host.DatastoreBrowser.SearchSpec()
        )
        WaitForTask(task)
        return [one.path for found in task.info.result for one in found.file]

    def has_a_folder(self, name: str) -> bool:
        return bool(self._folders(name))

    def _folders(self, name: str) -> list[Any]:
        found = _named(self._find(FOLDER).childEntity)
        return [folder for label, folder in found if label.startswith(f"image-{name}-")]

    def packer(self) -> int | None:
        """The first of Packer's processes in this lab."""
        return next(iter(sorted(self._packers())), None)

    def kill_packer(self) -> None:
        packer = self.packer()
        assert packer
        os.kill(packer, signal.SIGKILL)

    def kill_worker(self) -> None:
        workers = (one.pid for one in read_records(self.world.layout.running) if one.name == WORKER)
        os.kill(next(workers), signal.SIGKILL)

    def start_worker(self) -> None:
        """After it was killed."""
        assert mend(self.world.layout, print)

    def _packers(self) -> Iterator[int]:
        network = os.readlink(f"/proc/{self.world.supervisor}/ns/net")
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                begin = (process / "cmdline").read_text().split("\0")[:2]
                here = os.readlink(process / "ns/net") == network
                if here and begin == [self._program, "build"]:
                    yield int(process.name)

    def _find(self, path: str) -> Any:
        return self._session.content.searchIndex.FindByInventoryPath(path)


def _named(objects: list[Any]) -> Iterator[tuple[str, Any]]:
    """Those that are not deleted meanwhile."""
    for one in objects:
        with contextlib.suppress(vmodl.fault.ManagedObjectNotFound):
            yield one.name, one
