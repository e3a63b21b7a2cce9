"""Regular care of registered images: what the watch tells of their templates."""

from collections.abc import Mapping

from provisioner.domain.conditions import Condition
from provisioner.store import images, inventory, resources
from provisioner.store.database import Database

TEMPLATES_PRESENT = "TemplatesPresent"


class ImageCare:
    """Implements Carer. It asks nothing of vCenters."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def care(self, resource_id: str) -> tuple[Condition, ...]:
        """Whether documents that name them would still find all of its templates."""
        with self._database.read() as session:
            vcenter_id = resources.get(session, resource_id).vcenter_id
            known = inventory.load(session, vcenter_id).objects
            there = {one.moref: one.path for one in known if one.is_template}
            found = {
                row.path: there.get(row.moref) for row in images.templates(session, resource_id)
            }
        return (templates_present(found),)


def templates_present(found: Mapping[str, str | None]) -> Condition:
    """`found`: where each template is by now, None if nowhere, by the path that documents name."""
    lost = [path for path, now in found.items() if now is None]
    moved = [f"{path} is now {now}" for path, now in found.items() if now not in (None, path)]
    told = [f"no template (any more): {', '.join(lost)}"] if lost else []
    if moved:
        told.append(f"moved or renamed, so that its users can't clone it: {', '.join(moved)}")
    return Condition(
        type=TEMPLATES_PRESENT,
        status="False" if told else "True",
        reason="TemplateMissing" if lost else "TemplateMoved" if moved else "AllPresent",
        message="; ".join(told),
    )
