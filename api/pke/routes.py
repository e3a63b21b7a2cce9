"""The node API, on the paths that the `pke` program knows. User tokens open nothing here."""

from fastapi import APIRouter

from api.pke import certificates, floating, joining, leaders, reports

ORGANISATION = "/api/v1/orgs/{org}"
CLUSTER = ORGANISATION + "/clusters/{cluster}"

router = APIRouter(tags=["nodes"])
router.include_router(reports.router, prefix=f"{CLUSTER}/pke")
router.include_router(leaders.router, prefix=f"{CLUSTER}/pke")
router.include_router(floating.router, prefix=f"{CLUSTER}/pke")
router.include_router(joining.router, prefix=CLUSTER)
router.include_router(certificates.router, prefix=ORGANISATION)
