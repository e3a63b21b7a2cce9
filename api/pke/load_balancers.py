"""GET load-balancer/values: what stands for the words that a member's configuration leaves out."""

import bcrypt
from fastapi import APIRouter, Response
from pydantic import SecretStr
from sqlalchemy.orm import Session

from api.pke.prefixes import CLUSTER
from api.pke.visitors import Balancer
from api.services import Services, Use
from provisioner.domain.ids import ResourceId
from provisioner.domain.spec.load_balancer import Stats
from provisioner.edge.placeholders import ADMIN_HASH, VIEWER_HASH, VRRP_KEY
from provisioner.store import load_balancers, secrets
from provisioner.store.tables import Secret
from provisioner.vault.layout import vrrp_path

router = APIRouter(prefix=CLUSTER)

# HAProxy computes it for every request: 20 ms or so at this cost.
_COST = 8


@router.get("/load-balancer/values", summary="What a load balancer's member alone may know")
def get_values(use: Use, visitor: Balancer, response: Response) -> dict[str, str]:
    """By the words of its configuration. Passwords leave as bcrypt hashes, salted each time."""
    response.headers["Cache-Control"] = "no-store"
    resource = visitor.resource
    with use.database.read() as session:
        document = load_balancers.document_of(session, resource)
        known = _stats_secret(session, resource.org_id, document.stats)
    path = vrrp_path(ResourceId(resource.id), document.key_version)
    key = use.vault.read_secret(path)["key"]
    return {VRRP_KEY: key.get_secret_value(), **(_hashes(use, known) if known else {})}


def _stats_secret(session: Session, org_id: int, stats: Stats | None) -> Secret | None:
    return secrets.find(session, org_id, stats.secret) if stats else None


def _hashes(use: Services, secret: Secret) -> dict[str, str]:
    values = use.vault.read_secret(secret.secret_path)
    return {
        ADMIN_HASH: _hash(values["adminPassword"]),
        VIEWER_HASH: _hash(values["viewerPassword"]),
    }


def _hash(password: SecretStr) -> str:
    return bcrypt.hashpw(password.get_secret_value().encode(), bcrypt.gensalt(_COST)).decode()
