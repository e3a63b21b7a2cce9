"""Idempotency-Key: a repeated POST gets the first answer and changes nothing."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from tests.api.asking import POOL, accepted, create
from tests.api.served import Api
from tests.unit.documents import cluster_document

KEY = {"Idempotency-Key": "my key"}


def test_same_answer(operator: httpx.Client) -> None:
    first = operator.post("/clusters", json=cluster_document(), headers=KEY)
    second = operator.post("/clusters", json=cluster_document(), headers=KEY)
    assert accepted(second) == accepted(first)
    assert second.headers["location"] == first.headers["location"]
    assert len(operator.get("/clusters").json()["items"]) == 1


def test_same_answer_after_a_change(operator: httpx.Client) -> None:
    first = operator.post("/clusters", json=cluster_document(), headers=KEY)
    operator.delete("/clusters/c1")
    second = operator.post("/clusters", json=cluster_document(), headers=KEY)
    assert second.json() == first.json()


def test_another_body(operator: httpx.Client) -> None:
    operator.post("/clusters", json=cluster_document(), headers=KEY)
    answer = operator.post("/clusters", json=cluster_document(name="c2"), headers=KEY)
    assert answer.status_code == 409
    assert "'my key'" in answer.json()["detail"]


def test_another_path(operator: httpx.Client) -> None:
    create(operator)
    accepted(operator.post("/clusters/c1/nodepools", json=POOL, headers=KEY))
    assert operator.post("/clusters/c1/retry", headers=KEY).status_code == 409


def test_a_refusal_is_not_kept(operator: httpx.Client) -> None:
    assert operator.post("/clusters", json={}, headers=KEY).status_code == 422
    accepted(operator.post("/clusters", json=cluster_document(), headers=KEY))


def test_keys_are_the_organisations_own(api: Api, operator: httpx.Client) -> None:
    operator.post("/clusters", json=cluster_document(), headers=KEY)
    api.add_vcenter("theirs")
    document = cluster_document(endpoint={"vip": "10.0.0.12"})
    accepted(api.client("operator", "theirs").post("/clusters", json=document, headers=KEY))


def test_without_a_key_the_name_is_taken(operator: httpx.Client) -> None:
    create(operator)
    assert operator.post("/clusters", json=cluster_document()).status_code == 422


def test_many_at_once_make_one_cluster(api: Api, operator: httpx.Client) -> None:
    def post(_: int) -> httpx.Response:
        return operator.post("/clusters", json=cluster_document(), headers=KEY)

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(operator.get("/clusters").json()["items"]) == 1


def test_unusable_keys(operator: httpx.Client) -> None:
    for key in ("", "x" * 256):
        answer = operator.post(
            "/clusters", json=cluster_document(), headers={"Idempotency-Key": key}
        )
        assert answer.status_code == 422
