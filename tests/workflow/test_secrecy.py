"""No secret enters a history: not as a payload, not in a failure's text."""

from lab.vcenter.control import Control
from provisioner.domain.clusters import KIND
from provisioner.store import resources
from provisioner.store.database import Database
from tests.unit.documents import cluster_document
from tests.workflow.histories import raw_histories
from tests.workflow.kubernetes_guests import KubernetesGuests
from tests.workflow.plain_document import TEMPLATE
from tests.workflow.secrets_seen import SecretsSeen
from tests.workflow.site import VCENTER_NAME, Site
from tests.workflow.subject import USER, Subject
from workflows.composition import compose

ADDRESS = "127.77.200.1"
# Whose errors quote requests and answers.
LIBRARIES = (b"urllib3", b"hvac", b"pyVmomi", b"kubernetes.client")
WRONG_PASSWORD = "not-the-password"


async def test_histories_hold_no_secret(site: Site, control: Control) -> None:
    """A cluster's life with failures of all parts: logins, clones, its Kubernetes API."""
    database = Database(site.settings.database_url.get_secret_value())
    async with site.worker(compose(site.settings, database, site.servers.vault())):
        await site.begin(watch=False)
        site.give_credentials(WRONG_PASSWORD)
        subject, guests = _create_cluster(site)
        await subject.until(lambda: any(node.problem for node in subject.nodes()))
        site.give_credentials(site.servers.vcenter.password, version=2)
        control.inject("CloneVM_Task", "system-error", "task", count=1)
        await site.begin()
        seen = SecretsSeen(subject)
        await subject.until(lambda: seen.look() or _asked_in_vain(subject))
        keys = seen.keys()
        with guests.serving(ADDRESS):
            await subject.until(lambda: seen.look() or subject.status == "RUNNING")
            subject.delete()
            await subject.until(lambda: subject.row.deleted_at is not None)
        await subject.until_no_workflow_runs()
        histories = await raw_histories(site)

    assert len(seen.node_tokens) == 2
    assert len(seen.join_tokens) == 1
    assert len(keys) > 20
    password = site.servers.vcenter.password.encode()
    secrets = {password, WRONG_PASSWORD.encode(), *seen.node_tokens, *seen.join_tokens, *keys}
    told = {flow for flow, raw in histories.items() if any(secret in raw for secret in secrets)}
    assert told == set()
    _assert_complete(subject, histories)


def _assert_complete(subject: Subject, histories: dict[str, bytes]) -> None:
    """What was searched is what there is: all nodes, and failures in words of ours only."""
    everything = b"".join(histories.values())
    for node in subject.nodes(gone=True):
        assert any(flow.startswith(f"node/{node.id} ") for flow in histories)
        assert any(flow.startswith(f"node/{node.id}/remove ") for flow in histories)
    assert b"InvalidLogin" in everything or b"refused these credentials" in everything
    assert b"vCenter answered SystemError" in everything
    assert not [name for name in LIBRARIES if name in everything]


def _asked_in_vain(subject: Subject) -> bool:
    """The Kubernetes API, which nobody serves yet, whether the master is there."""
    return any(node.reported_ready_at and node.problem for node in subject.nodes())


def _create_cluster(site: Site) -> tuple[Subject, KubernetesGuests]:
    document = cluster_document(
        vcenter=VCENTER_NAME,
        endpoint={"vip": ADDRESS},
        controlPlane={"size": 1, "template": TEMPLATE},
        nodePools=[{"name": "pool1", "size": 1, "template": TEMPLATE}],
    )
    asked = resources.NewResource(site.org_id, KIND, "c1", site.vcenter_id, document, USER)
    with site.database.write() as session:
        resource, _ = resources.create(session, asked)
    subject = Subject(site, resource.id, KIND)
    subject.guests = guests = KubernetesGuests(site, resource.id)
    subject.poke()
    return subject, guests
