"""API tokens open what they are for, and nobody finds them in the database."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from provisioner.store import tokens
from provisioner.store.tokens import Caller
from provisioner.store.types import utc_now
from tests.store.estate import Estate


def issue(estate: Estate, role: tokens.Role = "viewer", minutes: int | None = None) -> str:
    expires = utc_now() + timedelta(minutes=minutes) if minutes is not None else None
    return estate.write(
        lambda session: tokens.issue(session, estate.org, role, "dashboard", expires)
    )


def caller(estate: Estate, value: str) -> Caller | None:
    return estate.read(lambda session: tokens.authenticate(session, value))


@pytest.mark.parametrize("role", ["viewer", "operator", "admin"])
def test_a_token_stands_for_its_organisation_and_role(estate: Estate, role: tokens.Role) -> None:
    assert caller(estate, issue(estate, role)) == Caller(estate.org, role, "dashboard")


def test_tokens_are_long_and_unlike_each_other(estate: Estate) -> None:
    found = {issue(estate) for _ in range(20)}
    assert len(found) == 20
    assert all(value.startswith("pke_") and len(value) > 40 for value in found)


def test_only_a_digest_is_kept(estate: Estate) -> None:
    value = issue(estate)
    rows = estate.read(lambda session: session.execute(text("SELECT * FROM api_token")).all())
    assert value not in str(rows)
    assert value.removeprefix("pke_") not in str(rows)
    assert tokens.digest(value) in str(rows)


@pytest.mark.parametrize("value", ["", "pke_", "pke_wrong", "é"])
def test_anything_else_stands_for_nobody(estate: Estate, value: str) -> None:
    issue(estate)
    assert caller(estate, value) is None


def test_a_digest_is_no_token(estate: Estate) -> None:
    assert caller(estate, tokens.digest(issue(estate))) is None


def test_an_expired_token_stands_for_nobody(estate: Estate) -> None:
    assert caller(estate, issue(estate, minutes=5))
    assert caller(estate, issue(estate, minutes=0)) is None


def test_an_organisation_is_made_once(estate: Estate) -> None:
    found = estate.write(lambda session: tokens.ensure_organisation(session, "acme").id)
    assert found == estate.org
