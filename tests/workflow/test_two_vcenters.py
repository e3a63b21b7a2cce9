"""Groups of one resource in different vCenters: each in its own, and nothing left in either."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete

from lab.vcenter import simulator
from lab.vcenter.simulator import SimulatedVCenter
from provisioner.store import resources
from provisioner.store.tables import Task, VCenter
from tests.workflow.inspector import Inspector
from tests.workflow.opening import join_vcenter
from tests.workflow.plain_document import CORE, MEMBERS, PLAIN, document
from tests.workflow.site import Site
from tests.workflow.subject import USER, Subject
from workflows.kinds.interface import Configuration

AFAR = "afar"


@pytest.fixture(scope="module")
def second_vcenter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimulatedVCenter]:
    server = simulator.start(tmp_path_factory.mktemp("afar"))
    yield server
    server.stop()


@pytest.fixture
async def afar(running: Site, second_vcenter: SimulatedVCenter) -> str:
    return await join_vcenter(running, AFAR, second_vcenter)


def one_here_one_afar(site: Site) -> Subject:
    """The one afar has fixed addresses on both its NICs."""
    asked = document(1, {AFAR: 1})
    group = next(one for one in asked["groups"] if one["name"] == AFAR)
    group["vcenter"] = AFAR
    group["placement"] = {"networks": [{"name": "nodes"}, {"name": "VM Network"}]}
    group["nics"] = [
        {"ranges": ["10.8.0.5"], "prefixLength": 24, "gateway": "10.8.0.1"},
        {"ranges": ["10.9.0.5"], "prefixLength": 24},
    ]
    new = resources.NewResource(site.org_id, PLAIN, "c1", site.vcenter_id, asked, USER)
    with site.database.write() as session:
        resource, _ = resources.create(session, new)
    made = Subject(site, resource.id, PLAIN)
    made.poke()
    return made


def root_of(site: Site, vcenter_id: str) -> tuple[Inspector, str]:
    with site.database.read() as session:
        return site.inspector_at(vcenter_id), session.get_one(VCenter, vcenter_id).root_folder


async def test_each_group_is_made_and_removed_where_it_belongs(running: Site, afar: str) -> None:
    subject = one_here_one_afar(running)
    await subject.becomes("RUNNING")
    inspector, root = root_of(running, afar)
    assert [one.name for one in inspector.machines(root)] == [subject.nodes(AFAR)[0].name]
    assert [one.name for one in subject.machines()] == [subject.nodes(CORE)[0].name]
    fixed = [nic["address"] for nic in subject.nodes(AFAR)[0].nics]
    assert fixed == ["10.8.0.5/24", "10.9.0.5/24"]

    subject.delete()
    await subject.until(lambda: subject.row.deleted_at is not None)
    for where, path in ((inspector, root), (running.inspector, running.root_folder)):
        assert where.machines(path) == []
        assert where.folders(path) == []
    assert subject.leases() == 0


async def test_a_member_lost_afar_is_replaced_at_its_addresses(running: Site, afar: str) -> None:
    subject = one_here_one_afar(running)
    await subject.becomes("RUNNING")
    [lost] = subject.nodes(AFAR)
    assert lost.moref
    running.inspector_at(afar).destroy(lost.moref)

    def replaced() -> bool:
        ready = subject.ready(AFAR)
        return [node.replaces for node in ready] == [lost.id]

    await subject.until(replaced)
    addresses = [[nic["address"] for nic in node.nics] for node in subject.ready(AFAR)]
    assert addresses == [["10.8.0.5/24", "10.9.0.5/24"]]


async def test_a_vcenter_that_is_out_of_sight_holds_nobody_else_back(
    running: Site, afar: str
) -> None:
    subject = one_here_one_afar(running)
    await subject.becomes("RUNNING")
    with running.database.write() as session:
        session.get_one(VCenter, running.vcenter_id).state = "unreachable"
    [lost] = subject.nodes(AFAR)
    assert lost.moref
    running.inspector_at(afar).destroy(lost.moref)
    await subject.until(lambda: [n.replaces for n in subject.ready(AFAR)] == [lost.id])


async def test_what_one_vcenter_does_not_take_the_other_ones_nodes_are_told(
    running: Site, afar: str
) -> None:
    subject = one_here_one_afar(running)
    await subject.becomes("RUNNING")
    told = Configuration("r1", {"guestinfo.told": "r1"})
    running.kind.told = lambda _: {node.id: told for node in subject.nodes()}
    running.servers.vcenter.control.inject("ReconfigVM_Task", "no-permission", "call", count=1)
    with running.database.write() as session:
        of_it = (Task.resource_id == subject.id, Task.name == MEMBERS)
        session.execute(delete(Task).where(*of_it))
    subject.poke()
    await subject.until(lambda: subject.task_states().get(MEMBERS) == "failed")
    carried = {group: subject.nodes(group)[0].configuration for group in (CORE, AFAR)}
    assert carried == {CORE: None, AFAR: "r1"}
