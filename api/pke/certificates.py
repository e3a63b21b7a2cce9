"""GET secrets: the certificate authorities' keys, for masters alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.pke.prefixes import ORGANISATION
from api.pke.schemas import CertificatesSecret
from api.pke.visitors import AnyMaster
from api.problems import Problem
from api.services import Use
from provisioner.domain.ids import ResourceId

router = APIRouter(prefix=ORGANISATION)
_TYPE = "pkecert"


@router.get("/secrets", summary="What a cluster's masters share")
def get_certificates(
    use: Use,
    visitor: AnyMaster,
    response: Response,
    tags: Annotated[list[str], Query()] = [],  # noqa: B006 - FastAPI copies defaults
    kind: Annotated[str, Query(alias="type")] = "",
    values: bool = False,
) -> list[CertificatesSecret]:
    number = visitor.resource.number
    if tags[:1] != [f"clusterID:{number}"] or kind != _TYPE or not values:
        raise Problem(403, f"only tags=clusterID:{number}&type={_TYPE}&values=true may be asked")
    found = use.vault.cluster_certificates(ResourceId(visitor.resource.id))
    response.headers["Cache-Control"] = "no-store"
    secret = CertificatesSecret(
        id=visitor.resource.id,
        name=f"cluster-{number}-ca",
        type=_TYPE,
        tags=[f"clusterID:{number}"],
        values=found.revealed(),
    )
    return [secret]
