"""Sets an installation up for one test, and takes it down."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pydantic import SecretStr
from temporalio.client import Client

from api.gateway import Gateway
from lab.vcenter.simulator import SimulatedVCenter
from provisioner.domain.ids import new_uuid
from provisioner.settings import Settings
from provisioner.store import tokens
from provisioner.store.database import Database
from provisioner.store.tables import VCenter
from tests.workflow.inspector import Inspector
from tests.workflow.plain_kind import PlainKind
from tests.workflow.servers import Servers
from tests.workflow.site import VCENTER_NAME, Site


@asynccontextmanager
async def open_site(
    servers: Servers, client: Client, migrated: Path, folder: Path
) -> AsyncIterator[Site]:
    """`migrated` is a database as new, to be copied: migrating takes longer than most tests."""
    shutil.copy(migrated, folder / "test.db")
    site = await _set_up(servers, client, f"sqlite:///{folder}/test.db")
    try:
        yield site
    finally:
        await _take_down(site)


async def _set_up(servers: Servers, client: Client, url: str) -> Site:
    name = new_uuid()
    inspector = Inspector(servers.vcenter)
    root_folder = inspector.make_folder(name)
    database = Database(url)
    org_id, vcenter_id = _register(database, servers.vcenter, root_folder)
    gateway = Gateway(servers.temporal.address, "default", name)
    await gateway.start()
    made = Site(
        servers=servers,
        client=client,
        inspector=inspector,
        settings=Settings(database_url=SecretStr(url), task_queue=name),
        database=database,
        vault=servers.vault(),
        gateway=gateway,
        kind=PlainKind(database),
        root_folder=root_folder,
        org_id=org_id,
        vcenter_id=vcenter_id,
    )
    made.give_credentials(servers.vcenter.password)
    return made


async def _take_down(site: Site) -> None:
    await site.gateway.stop()
    control = site.servers.vcenter.control
    control.clear_faults()
    control.clear_delays()
    site.inspector.destroy_folder(site.root_folder)
    for inspector in (site.inspector, *site.others.values()):
        inspector.close()
    site.vault.close()
    site.database.close()


async def join_vcenter(site: Site, name: str, vcenter: SimulatedVCenter) -> str:
    """A second one of the organisation, tried and watched. Returns its id; takes a worker."""
    inspector = Inspector(vcenter)
    root = inspector.make_folder(new_uuid())
    with site.database.write() as session:
        row = _row(site.org_id, name, vcenter, root)
        row.secret_path = f"vcenters/{row.id}"
        session.add(row)
    login = {"username": SecretStr(vcenter.username), "password": SecretStr(vcenter.password)}
    site.vault.write_secret(row.secret_path, login)
    site.others[row.id] = inspector
    assert (await site.gateway.verify_vcenter(row.id)).accepted
    await site.gateway.ensure_watch(row.id)
    return row.id


def _register(database: Database, vcenter: SimulatedVCenter, root_folder: str) -> tuple[int, str]:
    with database.write() as session:
        org = tokens.ensure_organisation(session, "test")
        row = _row(org.id, VCENTER_NAME, vcenter, root_folder)
        session.add(row)
        return org.id, row.id


def _row(org_id: int, name: str, vcenter: SimulatedVCenter, root_folder: str) -> VCenter:
    return VCenter(
        id=new_uuid(),
        org_id=org_id,
        name=name,
        host=vcenter.host,
        port=vcenter.port,
        thumbprint=vcenter.thumbprint,
        root_folder=root_folder,
        secret_path="",
    )
