"""The node API, on the paths that the `pke` program knows. User tokens open nothing here."""

from fastapi import APIRouter

from api.pke import (
    certificates,
    etcd,
    floating,
    image_registries,
    joining,
    leaders,
    load_balancers,
    reports,
)

router = APIRouter(tags=["nodes"])
for part in (
    reports,
    leaders,
    floating,
    joining,
    certificates,
    image_registries,
    etcd,
    load_balancers,
):
    router.include_router(part.router)
