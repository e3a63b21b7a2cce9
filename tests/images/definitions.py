"""The project's image definitions, and one whose guest is not waited for long."""

import shutil
from pathlib import Path

from lab.packer.checks import TEMPLATES

UNREACHABLE = "debian-12-unreachable"
_IMPATIENT = 'ip_wait_timeout = "5s"\n'


def write(folder: Path) -> Path:
    shutil.copytree(TEMPLATES, folder)
    usual = (folder / "definitions" / "debian-12-node.pkrvars.hcl").read_text()
    (folder / "definitions" / f"{UNREACHABLE}.pkrvars.hcl").write_text(_IMPATIENT + usual)
    return folder
