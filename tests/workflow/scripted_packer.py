"""A stand-in for Packer, for what the real one can't be made to do: run as `... SCRIPT ARGUMENTS`.

It takes Packer's arguments and environment, clones in the simulated vCenter as the plugin does, and
does what the SCRIPT (JSON) says: `hang` at "start", while "cloning" or when "cloned", `deaf` to be
asked to end; `fail` with a message; `leave` a template or not; report another `os`. Real builds
are in tests/images.
"""

import json
import os
import signal
import ssl
import sys
import time
from pathlib import Path
from typing import Any

from pyVim.connect import SmartConnect
from pyVim.task import WaitForTask
from pyVmomi import vim

USERNAME, PASSWORD = "PKR_VAR_vcenter_username", "PKR_VAR_vcenter_password"
REPORT = {
    "os": "debian12",
    "kernel": "6.1.0",
    "kubernetes": None,
    "containerd": "1.7.24",
    "cloudInit": "24.4",
    "checks": [{"name": "kubelet", "ok": True, "found": ""}],
}


class Packer:
    def __init__(self, script: Path, arguments: list[str]) -> None:
        self.script: dict[str, Any] = json.loads(script.read_text())
        self.folder = script.parent
        told = next(one for one in arguments if one.endswith(".json"))
        self.told = json.loads(Path(told.partition("=")[2]).read_text())
        (self.folder / "told.json").write_text(json.dumps({"told": self.told, "argv": arguments}))

    def run(self) -> int:
        with (self.folder / "runs").open("a") as file:
            file.write(f"{os.getpid()}\n")
        password = os.environ[PASSWORD]
        self.say(f"==> vsphere-clone.image: {password} is the password, said carelessly")
        self.hang("start")
        vm = self.clone(self.connect(password))
        self.say("==> vsphere-clone.image: Waiting for IP...")
        self.hang("cloned")
        if self.script.get("fail"):
            vm.Destroy_Task()
            self.say(self.script["fail"], "error")
            return 1
        if self.script.get("leave", True):
            vm.MarkAsTemplate()
        self.write()
        self.say("Build 'vsphere-clone.image' finished.")
        return 0

    def connect(self, password: str) -> Any:
        host, _, port = self.told["vcenter_server"].partition(":")
        user = os.environ[USERNAME]
        trust = ssl.create_default_context(cafile=os.environ["SSL_CERT_FILE"])
        return SmartConnect(host=host, port=int(port), user=user, pwd=password, sslContext=trust)

    def clone(self, service: Any) -> Any:
        def at(path: str) -> Any:
            return service.content.searchIndex.FindByInventoryPath(path.strip("/"))

        key = vim.option.OptionValue(key="guestinfo.userdata", value=self.told["ssh_public_key"])
        spec = vim.vm.CloneSpec(
            location=vim.vm.RelocateSpec(
                pool=at(f"{self.told['cluster']}/Resources"), datastore=at(self.told["datastore"])
            ),
            config=vim.vm.ConfigSpec(extraConfig=[key]),
            powerOn=False,
            template=False,
        )
        into = at(f"{self.told['datacenter']}/vm/{self.told['folder']}")
        task = at(self.told["template"]).CloneVM_Task(into, self.told["vm_name"], spec)
        self.hang("cloning")
        WaitForTask(task, si=service)
        return task.info.result

    def hang(self, where: str) -> None:
        if self.script.get("hang") != where:
            return
        if self.script.get("deaf"):
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
        (self.folder / "hangs").touch()
        while self.script.get("hang") == where:
            time.sleep(0.02)
            self.script = json.loads((self.folder / "script.json").read_text())

    def write(self) -> None:
        build = {
            "name": "image",
            "builder_type": "vsphere-clone",
            "build_time": 1795245874,
            "artifact_id": self.told["vm_name"],
            "packer_run_uuid": "cb514988",
        }
        Path(self.told["manifest_file"]).write_text(json.dumps({"builds": [build]}))
        report = REPORT | {"kubernetes": self.told["kubernetes_version"] or None}
        report["os"] = self.script.get("os", report["os"])
        Path(self.told["report_file"]).write_text(json.dumps(report))

    def say(self, text: str, gravity: str = "say") -> None:
        sys.stdout.write(f"1795245872,,ui,{gravity},{text.replace(',', '%!(PACKER_COMMA)')}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(Packer(Path(sys.argv[1]), sys.argv[2:]).run())
