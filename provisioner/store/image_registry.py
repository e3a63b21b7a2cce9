"""Images that are done."""

from sqlalchemy.orm import Session

from provisioner.store import events, images
from provisioner.store.tables import Resource
from provisioner.store.types import utc_now


def register(session: Session, resource: Resource) -> None:
    """From now on queries find it. Idempotent. It must be locked."""
    image = images.get(session, resource.id)
    if image.registered_at is not None:
        return
    image.registered_at = utc_now()
    # Nobody waits for members here: it serves, and is cared for.
    resource.established = True
    found = [one.datastore for one in images.templates(session, resource.id)]
    kubernetes = f", Kubernetes {image.kubernetes_version}" if image.kubernetes_version else ""
    message = f"{image.os or 'an unknown system'}{kubernetes}, on {', '.join(found)}"
    events.record(session, resource, "ImageRegistered", message)
    session.flush()
