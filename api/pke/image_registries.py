"""GET image-registry/logins: what a node's container runtime pulls images with."""

from fastapi import APIRouter, Response

from api.pke.prefixes import CLUSTER
from api.pke.schemas import ImageRegistryLogin, ImageRegistryLogins
from api.pke.visitors import Member
from api.services import Use
from provisioner.domain.spec.image_registry import host_of
from provisioner.store import clusters, image_registries

router = APIRouter(prefix=CLUSTER)


@router.get("/image-registry/logins", summary="What a node pulls images with")
def get_logins(use: Use, visitor: Member, response: Response) -> ImageRegistryLogins:
    """None where the cluster names none (any more)."""
    response.headers["Cache-Control"] = "no-store"
    resource = visitor.resource
    with use.database.read() as session:
        spec = clusters.spec_of(session, resource)
        found = image_registries.find_login(session, resource.org_id, spec)
    if found is None or spec.image_registry is None:
        return ImageRegistryLogins(logins=[])
    values = use.vault.read_secret(found.secret_path)
    revealed = {key: value.get_secret_value() for key, value in values.items()}
    # To the letter as images name it: the container runtime looks a login up by that.
    revealed["server"] = host_of(spec.image_registry)
    return ImageRegistryLogins(logins=[ImageRegistryLogin(**revealed)])
