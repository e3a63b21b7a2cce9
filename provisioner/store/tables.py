"""The tables. A row of `node` is one VM; nothing here knows Kubernetes but `leadership`."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from provisioner.store.types import CleanText, UtcDateTime, utc_now

Uuid = String(36)


class Base(DeclarativeBase):
    type_annotation_map = {  # noqa: RUF012 SQLAlchemy reads it of the class
        datetime: UtcDateTime,
        str: CleanText,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Installation(Base):
    __tablename__ = "installation"
    id: Mapped[int] = mapped_column(primary_key=True)
    uuid: Mapped[str] = mapped_column(Uuid)


class Organisation(Base):
    __tablename__ = "organisation"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(63), unique=True)


class ApiToken(Base):
    __tablename__ = "api_token"
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(63))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    expires_at: Mapped[datetime | None]


class VCenter(Base):
    """`rejected_version`: the credentials a login was refused with, tried never again."""

    __tablename__ = "vcenter"
    __table_args__ = (UniqueConstraint("org_id", "name"),)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(63))
    host: Mapped[str] = mapped_column(String(255))
    port: Mapped[int] = mapped_column(default=443)
    thumbprint: Mapped[str | None] = mapped_column(String(128))
    ca_bundle: Mapped[str | None]
    root_folder: Mapped[str] = mapped_column(String(1024))
    secret_path: Mapped[str] = mapped_column(String(255))
    credential_version: Mapped[int] = mapped_column(default=1)
    rejected_version: Mapped[int | None]
    instance_uuid: Mapped[str | None] = mapped_column(Uuid)
    version: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="unverified")
    reason: Mapped[str | None]
    watched_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class InventoryRow(Base):
    __tablename__ = "inventory_object"
    vcenter_id: Mapped[str] = mapped_column(ForeignKey("vcenter.id"), primary_key=True)
    moref: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    facts: Mapped[dict[str, Any]]


class MachineRow(Base):
    """A VM below a vCenter's root folder, as the watch last saw it."""

    __tablename__ = "virtual_machine"
    vcenter_id: Mapped[str] = mapped_column(ForeignKey("vcenter.id"), primary_key=True)
    moref: Mapped[str] = mapped_column(String(64), primary_key=True)
    instance_uuid: Mapped[str] = mapped_column(Uuid, index=True)
    facts: Mapped[dict[str, Any]]


class Resource(Base):
    """Something made of VMs. `number` is the 32-bit id that the node API's paths carry."""

    __tablename__ = "resource"
    __table_args__ = (
        Index(
            "one_live_name",
            "org_id",
            "kind",
            "name",
            unique=True,
            sqlite_where=text("deleted_at IS NULL"),
            postgresql_where=text("deleted_at IS NULL"),
        ),
    )
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(Uuid, unique=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(63))
    vcenter_id: Mapped[str] = mapped_column(ForeignKey("vcenter.id"))
    generation: Mapped[int] = mapped_column(default=1)
    observed_generation: Mapped[int] = mapped_column(default=0)
    epoch: Mapped[int] = mapped_column(default=1)
    status: Mapped[str] = mapped_column(String(16), default="CREATING")
    conditions: Mapped[list[Any]] = mapped_column(default=list)
    care_conditions: Mapped[list[Any]] = mapped_column(default=list)
    # When care last looked, looks next (None: at once), and how often it still does so soon.
    cared_at: Mapped[datetime | None]
    care_due_at: Mapped[datetime | None]
    care_soon: Mapped[int] = mapped_column(default=0)
    established: Mapped[bool] = mapped_column(default=False)
    last_event: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_by: Mapped[str] = mapped_column(String(63))
    deletion_requested_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]


class Spec(Base):
    """Append-only: one row per generation."""

    __tablename__ = "spec"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True)
    document: Mapped[dict[str, Any]]
    requested_by: Mapped[str] = mapped_column(String(63))
    requested_at: Mapped[datetime] = mapped_column(default=utc_now)


class Node(Base):
    """Its identity (name, instance UUID, leases) exists before its VM, and outlives it."""

    __tablename__ = "node"
    __table_args__ = (Index("node_by_resource", "resource_id", "phase"),)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"))
    vcenter_id: Mapped[str] = mapped_column(ForeignKey("vcenter.id"))
    group: Mapped[str] = mapped_column("node_group", String(63))
    name: Mapped[str] = mapped_column(String(63))
    instance_uuid: Mapped[str] = mapped_column(Uuid, unique=True)
    generation: Mapped[int]
    epoch: Mapped[int]
    attempt: Mapped[int]
    vintage: Mapped[str] = mapped_column(String(64), default="")
    replaces: Mapped[str | None] = mapped_column(Uuid)
    replaced: Mapped[bool] = mapped_column(default=False)
    chosen: Mapped[bool] = mapped_column(default=False)
    phase: Mapped[str] = mapped_column(String(16), default="creating")
    retire: Mapped[bool] = mapped_column(default=False)
    failure: Mapped[str | None]
    hopeless: Mapped[bool] = mapped_column(default=False)
    problem: Mapped[str | None]
    lost: Mapped[str | None]
    lost_at: Mapped[datetime | None]
    held_back: Mapped[str | None]
    repaired_at: Mapped[datetime | None]
    doomed_at: Mapped[datetime | None]
    configuration: Mapped[str | None] = mapped_column(String(64))
    configured_at: Mapped[datetime | None]
    answered: Mapped[str | None] = mapped_column(String(64))
    misconfigured: Mapped[str | None]
    removal_reason: Mapped[str | None]
    place: Mapped[dict[str, Any]] = mapped_column(default=dict)
    nics: Mapped[list[Any]] = mapped_column(default=list)
    address: Mapped[str | None] = mapped_column(String(45))
    folder: Mapped[str | None] = mapped_column(String(64))
    moref: Mapped[str | None] = mapped_column(String(64))
    clone_task: Mapped[str | None] = mapped_column(String(64))
    progress: Mapped[str | None]
    token_id: Mapped[str] = mapped_column(Uuid)
    token_issued_at: Mapped[datetime]
    token_expires_at: Mapped[datetime]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    work_started_at: Mapped[datetime | None]
    clone_started_at: Mapped[datetime | None]
    powered_on_at: Mapped[datetime | None]
    addressed_at: Mapped[datetime | None]
    contacted_at: Mapped[datetime | None]
    leading_at: Mapped[datetime | None]
    join_requested_at: Mapped[datetime | None]
    join_granted_at: Mapped[datetime | None]
    join_token_at: Mapped[datetime | None]
    join_token_id: Mapped[str | None] = mapped_column(String(6))
    reported_ready_at: Mapped[datetime | None]
    ready_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]


class Leadership(Base):
    """Who may run `kubeadm init`. A row exists once per cluster: compare-and-set by insertion."""

    __tablename__ = "leadership"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    node_id: Mapped[str] = mapped_column(ForeignKey("node.id"))
    hostname: Mapped[str] = mapped_column(String(63))
    ip: Mapped[str] = mapped_column(String(45))
    claimed_at: Mapped[datetime] = mapped_column(default=utc_now)


class MembershipChange(Base):
    """Who changes the members of a resource's quorum, until when at most."""

    __tablename__ = "membership_change"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    holder: Mapped[str] = mapped_column(Uuid)
    until: Mapped[datetime]


class Task(Base):
    """Work on a resource as a whole, such as its certificates."""

    __tablename__ = "task"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    epoch: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class Secret(Base):
    """Credentials that documents name; the values are in Vault alone, but for the `server` that
    they are for.

    Until `stored_at` the row only stands for what is being written or deleted there.
    """

    __tablename__ = "secret"
    __table_args__ = (UniqueConstraint("org_id", "name"),)
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = mapped_column(String(63))
    type: Mapped[str] = mapped_column(String(16))
    server: Mapped[str | None] = mapped_column(String(255))
    secret_path: Mapped[str] = mapped_column(String(255))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    created_by: Mapped[str] = mapped_column(String(63))
    stored_at: Mapped[datetime | None]


class AddOnRow(Base):
    """What a cluster was last seen to hold of an add-on; `problems` of its workloads."""

    __tablename__ = "add_on"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    program: Mapped[str] = mapped_column(String(63))
    version: Mapped[str] = mapped_column(String(128))
    objects: Mapped[int]
    problems: Mapped[list[Any]] = mapped_column(default=list)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)


class MemberStatusRow(Base):
    """What a load balancer's member told of itself, as `edge.status` has it.

    `told`: the report as it came, by which another one is known. `held_at`: since when it tells
    the same of its VIPs.
    """

    __tablename__ = "member_status"
    node_id: Mapped[str] = mapped_column(ForeignKey("node.id"), primary_key=True)
    told: Mapped[str] = mapped_column(String(64))
    status: Mapped[dict[str, Any]]
    heard_at: Mapped[datetime]
    held_at: Mapped[datetime]


class Lease(Base):
    """An address, VIP, VRID or MAC: once per L2 domain, across organisations.

    `group`: the one that a VRID is for, where each of a resource's groups has its own.
    """

    __tablename__ = "lease"
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    domain: Mapped[str] = mapped_column(String(128), primary_key=True)
    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), index=True)
    node_id: Mapped[str | None] = mapped_column(ForeignKey("node.id"), index=True)
    group: Mapped[str | None] = mapped_column(String(63))


class Operation(Base):
    __tablename__ = "operation"
    id: Mapped[str] = mapped_column(Uuid, primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    generation: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="running")
    percent: Mapped[int] = mapped_column(default=0)
    steps: Mapped[list[Any]] = mapped_column(default=list)
    reason: Mapped[str | None]
    superseded_by: Mapped[str | None] = mapped_column(Uuid)
    requested_by: Mapped[str] = mapped_column(String(63))
    started_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class Event(Base):
    __tablename__ = "event"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
    node_id: Mapped[str | None] = mapped_column(Uuid)
    type: Mapped[str] = mapped_column(String(16), default="Normal")
    reason: Mapped[str] = mapped_column(String(63))
    message: Mapped[str]


class Image(Base):
    """What is known of a node template: of its definition at first, of the result when it is done.

    `folder` holds all that its making puts into vCenter, and is on record before anything is in it.
    """

    __tablename__ = "image"
    resource_id: Mapped[str] = mapped_column(ForeignKey("resource.id"), primary_key=True)
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    vcenter_id: Mapped[str] = mapped_column(ForeignKey("vcenter.id"))
    digest: Mapped[str | None] = mapped_column(String(64), index=True)
    folder: Mapped[str | None] = mapped_column(String(64))
    os: Mapped[str | None] = mapped_column(String(63))
    kubernetes_version: Mapped[str | None] = mapped_column(String(16))
    report: Mapped[dict[str, Any]] = mapped_column(default=dict)
    registered_at: Mapped[datetime | None]


class ImageTemplate(Base):
    """A template in vCenter that is this image: the one that was built, and copies of it."""

    __tablename__ = "image_template"
    resource_id: Mapped[str] = mapped_column(ForeignKey("image.resource_id"), primary_key=True)
    moref: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    path: Mapped[str] = mapped_column(String(1024))
    datastore: Mapped[str] = mapped_column(String(255))


class ImageTurn(Base):
    """Which attempt at which task works on an image, or waits for others (without `holder`).

    It lapses when that is not said again.
    """

    __tablename__ = "image_turn"
    resource_id: Mapped[str] = mapped_column(ForeignKey("image.resource_id"), primary_key=True)
    holder: Mapped[str | None] = mapped_column(Uuid)
    task: Mapped[str] = mapped_column(String(63))
    asked_at: Mapped[datetime] = mapped_column(default=utc_now)
    seen_at: Mapped[datetime] = mapped_column(default=utc_now)


class ImageLogLine(Base):
    __tablename__ = "image_log_line"
    resource_id: Mapped[str] = mapped_column(ForeignKey("image.resource_id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utc_now)
    text: Mapped[str]


class IdempotencyKey(Base):
    __tablename__ = "idempotency_key"
    org_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, Any]]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
