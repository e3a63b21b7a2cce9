"""What all tasks of images use."""

from dataclasses import dataclass

from provisioner.domain.image_places import ImagePlace
from workflows.connections import Connections
from workflows.kinds.image_errors import TemplateLost
from workflows.kinds.image_rows import ImageOrder, ImageRows, Template
from workflows.poking import Poker
from workflows.threads import Threads


@dataclass(frozen=True)
class Reach:
    """`poker` has progress shown."""

    rows: ImageRows
    connections: Connections
    threads: Threads
    poker: Poker

    async def tell(self, order: ImageOrder, task: str, detail: str) -> None:
        await self.threads.run(self.rows.note_detail, order, task, detail)
        self.poker.poke(order.workflow_id)

    async def log(self, order: ImageOrder, *lines: str) -> None:
        """For people; no line may hold a secret."""
        await self.threads.run(self.rows.append_log, order, lines)


def original(order: ImageOrder, place: ImagePlace) -> Template:
    """What was built, or what is imported. Raises TemplateLost."""
    if order.spec.source != "import":
        own = (one for one in order.templates if one.name == order.spec.name)
        if found := next(own, None):
            return found
    elif place.template:
        return Template(place.template.moref, place.template.name, place.template.path)
    raise TemplateLost(f"the image {order.spec.name} has no template (any more)")
