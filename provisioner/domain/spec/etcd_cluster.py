"""The etcd cluster as its users ask for it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from provisioner.domain.spec.cluster import SshKeys, TrustedCAs
from provisioner.domain.spec.document import Document, Label
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import AddressPool, Placement

MEMBERS = "members"
MEMBER_COUNT = 3


class Members(Machine):
    """Three VMs. `addresses` holds exactly as many: the successor of a member takes over its
    address, so what clients were told stays true."""

    addresses: AddressPool


class Etcd(Document):
    """`quotaMiB` bounds the database's file; etcd refuses writes beyond it. Of a Raft log,
    `snapshotCount` entries are kept; versions of keys are compacted after `compactionHours`."""

    install: Literal["image", "packages"] = Field(
        default="image",
        description="`packages` installs Debian's or Ubuntu's etcd-server at first boot.",
    )
    quota_mib: Annotated[int, Field(ge=256, le=8192)] = Field(default=4096, alias="quotaMiB")
    snapshot_count: Annotated[int, Field(ge=1000, le=1_000_000)] = 10_000
    compaction_hours: Annotated[int, Field(ge=1, le=720)] = 8


class EtcdClusterSpec(Document):
    name: Label
    vcenter: Label
    etcd: Etcd = Etcd()
    members: Members
    placement: Placement
    ssh_keys: SshKeys = ()
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs")

    def cloned_from(self, templates: Mapping[str, str]) -> "EtcdClusterSpec":
        """With these templates, by the paths of their groups."""
        template = templates.get(MEMBERS, self.members.template)
        members = self.members.model_copy(update={"template": template})
        return self.model_copy(update={"members": members})
