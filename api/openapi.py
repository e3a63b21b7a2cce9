"""The OpenAPI document, completed by the bodies that routes read by hand."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from api.addons.changes import AddOnsChange
from api.clusters.changes import ClusterChange
from api.documents import schemas_of
from api.images.changes import ImageChange
from api.load_balancers.changes import LoadBalancerChange
from api.load_balancers.repointing import Repoint
from api.nodepools.changes import PoolChange
from api.secrets.schemas import NewSecret, NewValues
from api.vcenters.schemas import NewVCenter, VCenterChange
from provisioner.domain.spec.cluster import ClusterSpec, NodePool
from provisioner.domain.spec.etcd_cluster import EtcdClusterSpec
from provisioner.domain.spec.image import ImageBuild, ImageImport
from provisioner.domain.spec.load_balancer import LoadBalancerSpec

BODIES = (
    ClusterSpec,
    ClusterChange,
    AddOnsChange,
    NodePool,
    PoolChange,
    NewVCenter,
    VCenterChange,
    NewSecret,
    NewValues,
    EtcdClusterSpec,
    LoadBalancerSpec,
    LoadBalancerChange,
    Repoint,
    ImageBuild,
    ImageImport,
    ImageChange,
)


def install(app: FastAPI) -> None:
    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _complete(app)
        return app.openapi_schema

    # How FastAPI wants it replaced.
    app.openapi = document  # type: ignore[method-assign]


def _complete(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title, version=app.version, description=app.description, routes=app.routes
    )
    known = found.setdefault("components", {}).setdefault("schemas", {})
    for name, schema in schemas_of(*BODIES).items():
        known.setdefault(name, schema)
    return found
