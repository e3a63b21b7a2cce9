"""Regular care of registered images: what the watch tells of their templates."""

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
            there = {one.moref for one in known if one.is_template}
            rows = images.templates(session, resource_id)
            lost = [row.path for row in rows if row.moref not in there]
        return (
            Condition(
                type=TEMPLATES_PRESENT,
                status="False" if lost else "True",
                reason="TemplateMissing" if lost else "AllPresent",
                message=f"no template (any more): {', '.join(lost)}" if lost else "",
            ),
        )
