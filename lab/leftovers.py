"""What a deleted cluster must not leave behind, asked from those who would have it."""

from collections.abc import Iterable
from typing import Protocol

import hvac
from sqlalchemy import select
from temporalio.client import Client

from lab.machine_list import machines
from lab.stack.facts import StackFacts
from lab.temporal import ask
from lab.waiting import wait_until
from provisioner.store.database import Database
from provisioner.store.tables import Lease
from provisioner.vault.layout import KV_MOUNT

# Temporal lists an ended workflow as running for a moment.
SETTLING_SECONDS = 15.0
OURS = ("cluster/", "etcd-cluster/", "load-balancer/", "node/")


class Running(Protocol):
    """A stack, or what is known of one."""

    @property
    def facts(self) -> StackFacts: ...


def leftovers(stack: Running, before: Iterable[str] = ()) -> list[str]:
    """One line per thing that is left; empty when nothing is but what was there `before`."""
    found: list[str] = []

    def is_clean() -> bool:
        found[:] = sorted(set(present(stack.facts)).difference(before))
        return not found

    wait_until(is_clean, SETTLING_SECONDS)
    return found


def present(facts: StackFacts) -> list[str]:
    """What there is at the moment of what would be left."""
    return [*_machines(facts), *_leases(facts), *_secrets(facts), *_workflows(facts)]


def _machines(facts: StackFacts) -> list[str]:
    seen = machines(facts.vcenter.access())
    return [f"VM {one.folder}/{one.name}" for one in seen if not one.template]


def _leases(facts: StackFacts) -> list[str]:
    database = Database(facts.database)
    try:
        with database.read() as session:
            return [f"lease {row.kind} {row.value}" for row in session.scalars(select(Lease))]
    finally:
        database.close()


def _secrets(facts: StackFacts) -> list[str]:
    client = hvac.Client(url=facts.vault.url, token=facts.vault.token)
    try:
        mounts = client.sys.list_mounted_secrets_engines()["data"]
        found = [f"Vault mount {name}" for name in mounts if name.startswith("clusters/")]
        return found + [f"Vault secrets of cluster {name}" for name in _kept(client)]
    finally:
        client.adapter.close()


def _kept(client: hvac.Client) -> list[str]:
    try:
        answer = client.secrets.kv.v2.list_secrets("clusters", mount_point=KV_MOUNT)
    except hvac.exceptions.InvalidPath:
        return []
    names: list[str] = answer["data"]["keys"]
    return names


def _workflows(facts: StackFacts) -> list[str]:
    async def running(client: Client) -> list[str]:
        found = client.list_workflows('ExecutionStatus = "Running"')
        return [f"workflow {one.id}" async for one in found if one.id.startswith(OURS)]

    return ask(facts.temporal, running)
