"""A repeated POST gets the first answer; the same key with another request is a mistake."""

import pytest
from sqlalchemy.orm import Session

from provisioner.store import idempotency, resources
from provisioner.store.errors import Conflict
from provisioner.store.tables import IdempotencyKey
from tests.store.crowds import at_once
from tests.store.estate import Estate, found_estate

BODY = idempotency.digest("POST", "/clusters", b"{}")


def remember(estate: Estate, key: str = "k1", org: int | None = None) -> None:
    def add(session: Session) -> None:
        given = (org or estate.org, key, BODY, 202, {"Location": "/clusters/1"}, {"id": "1"})
        idempotency.remember(session, idempotency.answer(*given))

    estate.write(add)


def recall(estate: Estate, key: str = "k1", digest: str = BODY) -> IdempotencyKey | None:
    return estate.read(lambda session: idempotency.recall(session, estate.org, key, digest))


def test_the_first_answer_is_given_again(estate: Estate) -> None:
    assert recall(estate) is None
    remember(estate)
    found = recall(estate)
    assert found
    assert (found.status, found.headers["Location"], found.body) == (
        202,
        "/clusters/1",
        {"id": "1"},
    )


@pytest.mark.parametrize(
    "other", [("POST", "/clusters", b"{ }"), ("POST", "/x", b"{}"), ("PUT", "/clusters", b"{}")]
)
def test_another_request_with_the_key_is_refused(
    estate: Estate, other: tuple[str, str, bytes]
) -> None:
    remember(estate)
    with pytest.raises(Conflict, match="choose a new one"):
        recall(estate, digest=idempotency.digest(*other))


def test_keys_are_an_organisations_own(estate: Estate) -> None:
    remember(estate, org=found_estate(estate.database, "other").org)
    assert recall(estate) is None


def test_of_the_same_request_sent_many_times_at_once_one_acts(estate: Estate) -> None:
    def send(number: int) -> str:
        def once(session: Session) -> str:
            if known := idempotency.recall(session, estate.org, "k1", BODY):
                return str(known.body["id"])
            made, _ = resources.create(session, estate.new(f"c{number}"))
            answer = idempotency.answer(estate.org, "k1", BODY, 202, {}, {"id": made.id})
            idempotency.remember(session, answer)
            return made.id

        return estate.write(once)

    assert len(set(at_once(8, send))) == 1
