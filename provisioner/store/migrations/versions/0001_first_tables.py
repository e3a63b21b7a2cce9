"""First tables"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from provisioner.store.types import UtcDateTime

revision = "0001"
down_revision = None

# Each before those that refer to it.
_TABLES = (
    "installation",
    "organisation",
    "api_token",
    "idempotency_key",
    "secret",
    "vcenter",
    "inventory_object",
    "virtual_machine",
    "resource",
    "spec",
    "node",
    "event",
    "operation",
    "task",
    "add_on",
    "member_status",
    "membership_change",
    "leadership",
    "lease",
    "image",
    "image_log_line",
    "image_template",
    "image_turn",
)


def upgrade() -> None:
    _create_service_and_callers()
    _create_secrets_and_vcenters()
    _create_inventories()
    _create_resources()
    _create_nodes()
    _create_histories()
    _create_work()
    _create_claims()
    _create_images()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _create_service_and_callers() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.JSON(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("org_id", "key"),
    )


def _create_secrets_and_vcenters() -> None:
    op.create_table(
        "secret",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("server", sa.String(length=255), nullable=True),
        sa.Column("secret_path", sa.String(length=255), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=63), nullable=False),
        sa.Column("stored_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("org_id", "name"),
    )
    op.create_table(
        "vcenter",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("thumbprint", sa.String(length=128), nullable=True),
        sa.Column("ca_bundle", sa.String(), nullable=True),
        sa.Column("root_folder", sa.String(length=1024), nullable=False),
        sa.Column("secret_path", sa.String(length=255), nullable=False),
        sa.Column("credential_version", sa.Integer(), nullable=False),
        sa.Column("rejected_version", sa.Integer(), nullable=True),
        sa.Column("instance_uuid", sa.String(length=36), nullable=True),
        sa.Column("version", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("watched_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("org_id", "name"),
    )


def _create_inventories() -> None:
    op.create_table(
        "inventory_object",
        sa.Column("vcenter_id", sa.String(length=36), nullable=False),
        sa.Column("moref", sa.String(length=64), nullable=False),
        sa.Column("type", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["vcenter_id"], ["vcenter.id"]),
        sa.PrimaryKeyConstraint("vcenter_id", "moref"),
    )
    op.create_table(
        "virtual_machine",
        sa.Column("vcenter_id", sa.String(length=36), nullable=False),
        sa.Column("moref", sa.String(length=64), nullable=False),
        sa.Column("instance_uuid", sa.String(length=36), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["vcenter_id"], ["vcenter.id"]),
        sa.PrimaryKeyConstraint("vcenter_id", "moref"),
    )
    with op.batch_alter_table("virtual_machine", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_virtual_machine_instance_uuid"), ["instance_uuid"], unique=False
        )


def _create_resources() -> None:
    op.create_table(
        "resource",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("vcenter_id", sa.String(length=36), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("observed_generation", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("conditions", sa.JSON(), nullable=False),
        sa.Column("care_conditions", sa.JSON(), nullable=False),
        sa.Column("cared_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("care_due_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("care_soon", sa.Integer(), nullable=False),
        sa.Column("established", sa.Boolean(), nullable=False),
        sa.Column("last_event", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=63), nullable=False),
        sa.Column("deletion_requested_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("deleted_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["vcenter_id"], ["vcenter.id"]),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )
    with op.batch_alter_table("resource", schema=None) as batch_op:
        batch_op.create_index(
            "one_live_name",
            ["org_id", "kind", "name"],
            unique=True,
            sqlite_where=sa.text("deleted_at IS NULL"),
            postgresql_where=sa.text("deleted_at IS NULL"),
        )
    op.create_table(
        "spec",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("requested_by", sa.String(length=63), nullable=False),
        sa.Column("requested_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("resource_id", "generation"),
    )


def _create_nodes() -> None:
    op.create_table(
        "node",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("vcenter_id", sa.String(length=36), nullable=False),
        sa.Column("node_group", sa.String(length=63), nullable=False),
        sa.Column("name", sa.String(length=63), nullable=False),
        sa.Column("instance_uuid", sa.String(length=36), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("vintage", sa.String(length=64), nullable=False),
        sa.Column("replaces", sa.String(length=36), nullable=True),
        sa.Column("replaced", sa.Boolean(), nullable=False),
        sa.Column("chosen", sa.Boolean(), nullable=False),
        sa.Column("phase", sa.String(length=16), nullable=False),
        sa.Column("retire", sa.Boolean(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.Column("hopeless", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("lost", sa.String(), nullable=True),
        sa.Column("lost_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("held_back", sa.String(), nullable=True),
        sa.Column("repaired_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("doomed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("configuration", sa.String(length=64), nullable=True),
        sa.Column("configured_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered", sa.String(length=64), nullable=True),
        sa.Column("misconfigured", sa.String(), nullable=True),
        sa.Column("removal_reason", sa.String(), nullable=True),
        sa.Column("place", sa.JSON(), nullable=False),
        sa.Column("nics", sa.JSON(), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=True),
        sa.Column("folder", sa.String(length=64), nullable=True),
        sa.Column("moref", sa.String(length=64), nullable=True),
        sa.Column("clone_task", sa.String(length=64), nullable=True),
        sa.Column("progress", sa.String(), nullable=True),
        sa.Column("token_id", sa.String(length=36), nullable=False),
        sa.Column("token_issued_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("token_expires_at", UtcDateTime(timezone=True), nullable=False),
        *_milestones_of_a_node(),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.ForeignKeyConstraint(["vcenter_id"], ["vcenter.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("instance_uuid"),
    )
    with op.batch_alter_table("node", schema=None) as batch_op:
        batch_op.create_index("node_by_resource", ["resource_id", "phase"], unique=False)


def _milestones_of_a_node() -> list[sa.Column[Any]]:
    return [
        sa.Column("created_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("work_started_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("clone_started_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("powered_on_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("addressed_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("contacted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("leading_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("join_requested_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("join_granted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("join_token_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("join_token_id", sa.String(length=6), nullable=True),
        sa.Column("reported_ready_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("ready_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("gone_at", UtcDateTime(timezone=True), nullable=True),
    ]


def _create_histories() -> None:
    op.create_table(
        "event",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("node_id", sa.String(length=36), nullable=True),
        sa.Column("type", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=63), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("resource_id", "number"),
    )
    op.create_table(
        "operation",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("superseded_by", sa.String(length=36), nullable=True),
        sa.Column("requested_by", sa.String(length=63), nullable=False),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    with op.batch_alter_table("operation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_operation_resource_id"), ["resource_id"], unique=False)


def _create_work() -> None:
    op.create_table(
        "task",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("started_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("finished_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("resource_id", "name"),
    )
    op.create_table(
        "add_on",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("program", sa.String(length=63), nullable=False),
        sa.Column("version", sa.String(length=128), nullable=False),
        sa.Column("objects", sa.Integer(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("resource_id", "name"),
    )
    op.create_table(
        "member_status",
        sa.Column("node_id", sa.String(length=36), nullable=False),
        sa.Column("told", sa.String(length=64), nullable=False),
        sa.Column("status", sa.JSON(), nullable=False),
        sa.Column("heard_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("held_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"]),
        sa.PrimaryKeyConstraint("node_id"),
    )
    op.create_table(
        "membership_change",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=False),
        sa.Column("until", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("resource_id"),
    )


def _create_claims() -> None:
    op.create_table(
        "leadership",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("node_id", sa.String(length=36), nullable=False),
        sa.Column("hostname", sa.String(length=63), nullable=False),
        sa.Column("ip", sa.String(length=45), nullable=False),
        sa.Column("claimed_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"]),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("resource_id"),
    )
    op.create_table(
        "lease",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("domain", sa.String(length=128), nullable=False),
        sa.Column("value", sa.String(length=64), nullable=False),
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("node_id", sa.String(length=36), nullable=True),
        sa.Column("group", sa.String(length=63), nullable=True),
        sa.ForeignKeyConstraint(["node_id"], ["node.id"]),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.PrimaryKeyConstraint("kind", "domain", "value"),
    )
    with op.batch_alter_table("lease", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lease_node_id"), ["node_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_lease_resource_id"), ["resource_id"], unique=False)


def _create_images() -> None:
    op.create_table(
        "image",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("org_id", sa.Integer(), nullable=False),
        sa.Column("vcenter_id", sa.String(length=36), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("folder", sa.String(length=64), nullable=True),
        sa.Column("os", sa.String(length=63), nullable=True),
        sa.Column("kubernetes_version", sa.String(length=16), nullable=True),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("registered_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["resource_id"], ["resource.id"]),
        sa.ForeignKeyConstraint(["vcenter_id"], ["vcenter.id"]),
        sa.PrimaryKeyConstraint("resource_id"),
    )
    with op.batch_alter_table("image", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_image_digest"), ["digest"], unique=False)
    op.create_table(
        "image_log_line",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["image.resource_id"]),
        sa.PrimaryKeyConstraint("resource_id", "number"),
    )
    op.create_table(
        "image_template",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("moref", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("path", sa.String(length=1024), nullable=False),
        sa.Column("datastore", sa.String(length=255), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["image.resource_id"]),
        sa.PrimaryKeyConstraint("resource_id", "moref"),
    )
    op.create_table(
        "image_turn",
        sa.Column("resource_id", sa.String(length=36), nullable=False),
        sa.Column("holder", sa.String(length=36), nullable=True),
        sa.Column("task", sa.String(length=63), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["resource_id"], ["image.resource_id"]),
        sa.PrimaryKeyConstraint("resource_id"),
    )
