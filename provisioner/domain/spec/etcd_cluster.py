"""The etcd cluster as its users ask for it."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from provisioner.domain.spec.cluster import SSH_KEYS, TRUSTED_CAS, SshKeys, TrustedCAs
from provisioner.domain.spec.document import Document, Label
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import AddressPool, Placement

MEMBERS = "members"
MEMBER_COUNT = 3


class Members(Machine):
    """Three VMs. `addresses` holds exactly as many: the successor of a member takes over its
    address, so what clients were told stays true."""

    addresses: AddressPool = Field(description="Exactly three static addresses.")


class Etcd(Document):
    """`quotaMiB` bounds the database's file; etcd refuses writes beyond it. Of a Raft log,
    `snapshotCount` entries are kept; versions of keys are compacted after `compactionHours`."""

    install: Literal["image", "packages"] = Field(
        default="image",
        description="`packages` installs Debian's or Ubuntu's etcd-server at first boot.",
    )
    quota_mib: Annotated[int, Field(ge=256, le=8192)] = Field(
        default=4096, alias="quotaMiB", description="Limit of the database's file, in MiB."
    )
    snapshot_count: Annotated[int, Field(ge=1000, le=1_000_000)] = Field(
        default=10_000, description="Entries of the Raft log that are kept."
    )
    compaction_hours: Annotated[int, Field(ge=1, le=720)] = Field(
        default=8, description="How long old versions of keys are kept."
    )


class EtcdClusterSpec(Document):
    name: Label = Field(description="Of the etcd cluster; its VMs' names begin with it.")
    vcenter: Label = Field(description="Name of a registered vCenter: pkectl vcenter list.")
    etcd: Etcd = Etcd()
    members: Members
    placement: Placement = Field(description="Where in vCenter the VMs go.")
    ssh_keys: SshKeys = Field(default=(), description=SSH_KEYS)
    trusted_cas: TrustedCAs = Field(default=(), alias="trustedCAs", description=TRUSTED_CAS)

    def cloned_from(self, templates: Mapping[str, str]) -> "EtcdClusterSpec":
        """With these templates, by the paths of their groups."""
        template = templates.get(MEMBERS, self.members.template)
        members = self.members.model_copy(update={"template": template})
        return self.model_copy(update={"members": members})
