"""Images that make way for a newer one of the same definition."""

from sqlalchemy.orm import Session

from provisioner.domain.image_retention import Made, superfluous
from provisioner.store import events, image_uses, images, resources
from provisioner.store.tables import Resource

_WHO = "retention"


def retire_older(session: Session, newest: Resource) -> list[Resource]:
    """Asks for the deletion of what `newest`, just registered and locked, makes superfluous.

    Idempotent. Who is answered has to be poked after the commit.
    """
    keep = images.spec_of(session, newest).keep
    if keep is None:
        return []
    known = {row.id: row for row, _ in images.registered(session, newest.vcenter_id)}
    uses = image_uses.uses(session, known.values())
    made = {key: _made(session, row, bool(uses[key])) for key, row in known.items()}
    going = superfluous(made[newest.id], made.values(), keep)
    locked = [resources.lock(session, resource_id) for resource_id in sorted(going)]
    unused = [one for one in locked if not image_uses.uses(session, [one])[one.id]]
    return [_retire(session, newest, one, keep) for one in unused if not one.deletion_requested_at]


def _retire(session: Session, newest: Resource, older: Resource, keep: int) -> Resource:
    message = f"{newest.name} is newer and keeps {keep} of its kind; nothing stands on this one"
    events.record(session, older, "Superseded", message)
    resources.request_deletion(session, older, _WHO)
    return older


def _made(session: Session, resource: Resource, used: bool) -> Made:
    row, spec = images.get(session, resource.id), images.spec_of(session, resource)
    return Made(
        id=resource.id,
        definition=spec.definition,
        kubernetes=row.kubernetes_version,
        variables=spec.variables,
        registered_at=row.registered_at or resource.created_at,
        used=used,
    )
