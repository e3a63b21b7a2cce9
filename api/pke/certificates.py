"""GET secrets: the certificate authorities' keys, for masters alone."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from api.pke.prefixes import ORGANISATION
from api.pke.schemas import CertificatesSecret
from api.pke.visitors import AnyMaster
from api.problems import Problem
from api.services import Use
from provisioner.domain.ids import ResourceId
from provisioner.store import clusters, external_etcd, secrets
from provisioner.vault.external_etcd import client_files

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
        values=_with_storage_account(
            use, visitor, _with_external_etcd(use, visitor, found.revealed())
        ),
    )
    return [secret]


def _with_storage_account(use: Use, visitor: AnyMaster, values: dict[str, str]) -> dict[str, str]:
    """For pke, whose Kubernetes has the vSphere provider within: masters write its file."""
    with use.database.read() as session:
        spec = clusters.spec_of(session, visitor.resource)
        if spec.bootstrap.method != "pke" or spec.storage is None:
            return values
        path = secrets.find(session, visitor.resource.org_id, spec.storage.secret).secret_path
    account = use.vault.read_secret(path)
    return values | {
        "vsphereUser": account["username"].get_secret_value(),
        "vspherePassword": account["password"].get_secret_value(),
    }


def _with_external_etcd(use: Use, visitor: AnyMaster, values: dict[str, str]) -> dict[str, str]:
    """A cluster whose masters hold no etcd has no use for an etcd authority's key."""
    with use.database.read() as session:
        spec = clusters.spec_of(session, visitor.resource)
        external = external_etcd.find(session, visitor.resource, spec)
    if external is None:
        return values
    own = ResourceId(visitor.resource.id)
    files = client_files(use.vault, own, external.cluster, external.secret)
    kept = {key: value for key, value in values.items() if not key.startswith("etcdCa")}
    return kept | {
        "externalEtcdCaCert": files.authority,
        "externalEtcdClientCert": files.certificate,
        "externalEtcdClientKey": files.private_key.get_secret_value(),
    }
