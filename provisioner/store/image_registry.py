"""Images that are done."""

from sqlalchemy.orm import Session

from provisioner.store import events, images
from provisioner.store.tables import Resource
from provisioner.store.types import utc_now


def register(session: Session, resource: Resource) -> bool:
    """From now on queries find it. False when they did before. It must be locked."""
    image = images.get(session, resource.id)
    if image.registered_at is not None:
        return False
    image.registered_at = utc_now()
    # Nobody waits for members here: it serves, and is cared for.
    resource.established = True
    found = [one.datastore for one in images.templates(session, resource.id)]
    kubernetes = f", Kubernetes {image.kubernetes_version}" if image.kubernetes_version else ""
    message = f"{image.os or 'an unknown system'}{kubernetes}, on {', '.join(found)}"
    events.record(session, resource, "ImageRegistered", message)
    session.flush()
    return True
