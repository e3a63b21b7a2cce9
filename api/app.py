"""The application: routes, errors and what stands before them, around explicit services."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version

from fastapi import Depends, FastAPI

from api import errors, health, metrics, openapi
from api.addons import routes as addons
from api.clusters import routes as clusters
from api.clusters import views as cluster_views
from api.etcd_clusters import routes as etcd_clusters
from api.etcd_clusters import views as etcd_cluster_views
from api.images import builds as image_builds
from api.images import definitions as image_definitions
from api.images import log as image_log
from api.images import routes as images
from api.load_balancers import actions as load_balancer_actions
from api.load_balancers import routes as load_balancers
from api.load_balancers import views as load_balancer_views
from api.metrics import Metrics, RequestMetrics
from api.nodepools import routes as nodepools
from api.operations import routes as operations
from api.pke import routes as pke
from api.pke.paths import LeaderRefusals, LeadingSlashes, OneCallPerConnection
from api.queries import only_known
from api.secrets import routes as secrets
from api.services import Services
from api.vcenters import routes as vcenters

DESCRIPTION = """Creates Kubernetes clusters on VMware vSphere from one request, and keeps them as
asked. Changes are answered with 202 and an operation to follow. Errors are problem documents
(RFC 9457); a 422 lists all faults of a request."""

# They are tried in this order.
_ROUTES = (
    clusters,
    cluster_views,
    nodepools,
    addons,
    etcd_clusters,
    etcd_cluster_views,
    load_balancers,
    load_balancer_views,
    load_balancer_actions,
    image_builds,
    image_definitions,
    image_log,
    images,
    operations,
    vcenters,
    secrets,
)


def create_app(services: Services) -> FastAPI:
    app = FastAPI(
        title="pke-provisioner",
        description=DESCRIPTION,
        version=_version(),
        lifespan=_lifespan,
        redirect_slashes=False,
        redoc_url=None,
    )
    app.state.services = services
    app.state.metrics = Metrics(services.database)
    # Nodes ask most.
    app.include_router(pke.router)
    for module in _ROUTES:
        app.include_router(module.router, dependencies=[Depends(only_known)])
    for open_module in (health, metrics):
        app.include_router(open_module.router)
    errors.install(app)
    openapi.install(app)
    # The one added last is the first to see a request.
    app.add_middleware(LeaderRefusals)
    app.add_middleware(OneCallPerConnection)
    app.add_middleware(RequestMetrics, metrics=app.state.metrics)
    app.add_middleware(LeadingSlashes)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    await services.gateway.start()
    looking = asyncio.create_task(health.warn_of_the_missing(services))
    yield
    looking.cancel()
    await services.gateway.stop()


def _version() -> str:
    try:
        return version("pke-provisioner")
    except PackageNotFoundError:
        return "0"
