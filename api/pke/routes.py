"""The node API, on the paths that the `pke` program knows. User tokens open nothing here."""

from fastapi import APIRouter

from api.pke import certificates, etcd, floating, joining, leaders, reports

router = APIRouter(tags=["nodes"])
for part in (reports, leaders, floating, joining, certificates, etcd):
    router.include_router(part.router)
