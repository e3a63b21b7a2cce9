"""Create, scale, delete: exactly the machines that were asked for, and nothing left."""

from provisioner.domain import marks
from provisioner.domain.nodes import Phase
from provisioner.store import vcenters
from tests.workflow.plain_kind import PLAIN
from tests.workflow.site import Site
from tests.workflow.subject import Subject


async def test_create_scale_delete(running: Site) -> None:
    subject = Subject.create(running, masters=3, pool1=2)
    await subject.becomes("RUNNING")
    print(subject.describe())
