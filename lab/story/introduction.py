"""Makes the service and the lab's vCenter known to each other."""

from lab.pkectl import Pkectl
from lab.stack.facts import VCenterFacts

ROOT_FOLDER = "/DC1/vm/kubernetes"


def register(pkectl: Pkectl, vcenter: VCenterFacts) -> None:
    where = ("--host", vcenter.host, "--port", str(vcenter.port), "-u", vcenter.username)
    trust = ("--thumbprint", vcenter.thumbprint, "--root-folder", ROOT_FOLDER)
    password = {"PKECTL_VCENTER_PASSWORD": vcenter.password}
    pkectl.run("vcenter", "add", vcenter.name, *where, *trust, secrets=password)
