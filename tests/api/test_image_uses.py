"""Who stands on an image, and what stays for it."""

from typing import Any

import httpx

from provisioner.store.tables import ImageTemplate
from tests.api.asking import accepted, create, faults
from tests.api.images import (
    build,
    build_document,
    import_document,
    made,
    register,
)
from tests.api.served import Api
from tests.unit.documents import cluster_document


def on(template: str, **changes: Any) -> dict[str, Any]:
    return cluster_document(controlPlane={"size": 3, "template": template}, **changes)


def imported(api: Api, image: dict[str, Any]) -> None:
    """Its template is on record, where somebody else made it."""
    with api.database.write() as session:
        session.add(
            ImageTemplate(
                resource_id=image["id"],
                moref="vm-1",
                name="debian-12-node",
                path="/DC1/vm/templates/debian-12-node",
                datastore="local-1",
            )
        )


def test_one_in_use_stays_and_says_why(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator, name="i1")
    create(operator, on("i1"))
    shown = operator.get("/images/i1").json()["uses"]
    assert [(one["kind"], one["name"], one["group"]) for one in shown] == [
        ("cluster", "c1", "control-plane")
    ]
    answer = operator.delete(f"/images/{found['id']}")
    assert answer.status_code == 409
    assert "cluster c1 (control-plane)" in answer.json()["detail"]
    operator.delete("/clusters/c1")
    accepted(operator.delete("/images/i1"))


def test_a_use_by_path_counts_too(api: Api, operator: httpx.Client) -> None:
    found = made(api, operator, name="i1")
    create(operator, on(found["templates"][0]["path"]))
    assert operator.delete("/images/i1").status_code == 409


def test_strangers_uses_count_and_stay_nameless(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    api.add_vcenter("theirs")
    stranger = api.client("operator", "theirs")
    register(api, build(stranger, name="i1"))
    create(stranger, on("i1", name="hidden"))
    answer = operator.delete("/images/i1")
    assert answer.status_code == 409
    assert "hidden" not in answer.text
    assert operator.get("/images/i1").json()["uses"] == []


def test_the_source_of_a_build_under_way_stays(api: Api, operator: httpx.Client) -> None:
    made(api, operator, name="i1")
    later = build(operator, name="i2", template="i1")
    assert "image i2" in operator.delete("/images/i1").json()["detail"]
    register(api, later)
    accepted(operator.delete("/images/i1"))


def test_a_template_that_was_imported_stays_with_who_imported_it(
    api: Api, operator: httpx.Client
) -> None:
    made(api, operator, name="i1")
    accepted(operator.post("/images/import", json=import_document(template="i1")))
    register(api, operator.get("/images/imported").json())
    assert "image imported" in operator.delete("/images/i1").json()["detail"]


def test_imports_of_one_template_stand_in_nobodys_way(api: Api, operator: httpx.Client) -> None:
    """It is no image's own, so it goes with none of them."""
    for name in ("i1", "i2"):
        accepted(operator.post("/images/import", json=import_document(name=name)))
        imported(api, operator.get(f"/images/{name}").json())
    assert operator.get("/images/i1").json()["uses"] == []
    accepted(operator.delete("/images/i1"))


def test_one_that_goes_is_used_by_nobody_any_more(api: Api, operator: httpx.Client) -> None:
    """Until its templates are gone, the inventory shows them."""
    image = made(api, operator, name="i1")
    accepted(operator.delete("/images/i1"))
    template = image["templates"][0]["path"]
    cluster = operator.post("/clusters", json=on(template))
    assert "is being deleted" in faults(cluster)["controlPlane.template"]
    later = operator.post("/images/builds", json=build_document(name="i2", template=template))
    assert "is being deleted" in faults(later)["template"]


def test_the_template_of_an_import_outlives_it(api: Api, operator: httpx.Client) -> None:
    accepted(operator.post("/images/import", json=import_document()))
    imported(api, operator.get("/images/imported").json())
    accepted(operator.post("/images/builds/imported/cancel"))
    create(operator, on("debian-12-node"))


def test_a_vcenter_with_images_stays(admin: httpx.Client) -> None:
    build(admin)
    assert admin.delete("/vcenters/lab").status_code == 409
