"""What is done by hand: servers taken out and let in, services moved, the key made anew."""

from collections.abc import Callable
from typing import Any, Literal

from fastapi import APIRouter, Response
from sqlalchemy.orm import Session

from api import answers
from api.answers import Answer, Repeatable
from api.auth import Operator
from api.documents import body_of
from api.json_body import NoBody, OptionalJson
from api.load_balancers.editing import locked, record
from api.load_balancers.repointing import Repoint, repointed
from api.operations.schemas import OperationOut, shown
from api.services import Use
from api.transactions import Changed, Transaction
from provisioner.domain.load_balancers import KIND, LoadBalancerDocument
from provisioner.domain.spec.reading import read
from provisioner.store import operations
from provisioner.store.errors import Conflict, NotFound
from provisioner.store.tables import Resource

router = APIRouter(prefix="/loadbalancers/{balancer}", tags=["load balancers"])

State = Literal["drain", "maintenance", "ready"]
Edit = Callable[[LoadBalancerDocument], LoadBalancerDocument]
SAME: dict[int | str, dict[str, Any]] = {
    200: {"model": OperationOut, "description": "It is so already: the latest operation"}
}


@router.post(
    "/servers/{name}/actions/{state}",
    summary="Take a server out on all members, or let it serve again",
    status_code=202,
    response_model=OperationOut,
    responses=SAME,
)
def set_server_state(  # noqa: PLR0913 a route's parameters
    balancer: str,
    name: str,
    state: State,
    use: Use,
    caller: Operator,
    body: NoBody,
    repeatable: Repeatable,
) -> Response:
    """`drain` gives it no new clients, `maintenance` cuts off those it has and asks it no more."""

    def edit(known: LoadBalancerDocument) -> LoadBalancerDocument:
        _refuse_unknown(known, name)
        return known.with_server_state(name, None if state == "ready" else state)

    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)
    return _edited(transaction, balancer, edit, (state, f"{state} of server {name}")).response()


@router.post(
    "/services/{name}/actions/repoint",
    summary="Move a service whose ports move together to its next server, or one of your choice",
    status_code=202,
    response_model=OperationOut,
    responses=SAME,
    openapi_extra=body_of(Repoint, required=False),
)
def repoint_service(
    balancer: str,
    name: str,
    use: Use,
    caller: Operator,
    body: OptionalJson,
    repeatable: Repeatable,
) -> Response:
    """Connections that are open are closed."""
    asked = read(Repoint, body.value, lambda _: [])
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)

    def edit(known: LoadBalancerDocument) -> LoadBalancerDocument:
        return repointed(known, name, asked.server)

    return _edited(transaction, balancer, edit, ("repoint", f"repoint of {name}")).response()


@router.post(
    "/actions/rotate-key",
    summary="Give the members another VRRP key: they are replaced, one at a time",
    status_code=202,
    response_model=OperationOut,
)
def rotate_key(
    balancer: str, use: Use, caller: Operator, body: NoBody, repeatable: Repeatable
) -> Response:
    transaction = Transaction(use, caller, repetition=repeatable, body=body.raw, kind=KIND)

    def edit(known: LoadBalancerDocument) -> LoadBalancerDocument:
        _refuse_without_key(known)
        return known.with_next_key()

    words = ("rotate key", "another VRRP key")
    return _edited(transaction, balancer, edit, words).response()


def _edited(transaction: Transaction, key: str, edit: Edit, words: tuple[str, str]) -> Answer:
    """`words`: of the operation, and of the history."""

    def change(session: Session) -> Changed | Answer:
        resource, before = locked(transaction, session, key)
        after = edit(before)
        if after == before:
            return _as_it_is(session, resource)
        return record(transaction, session, resource, words, after)

    return transaction.run(change)


def _as_it_is(session: Session, resource: Resource) -> Answer:
    latest = operations.latest(session, resource.id)
    assert latest, "its creation was one"
    return answers.of(200, shown(latest, resource))


def _refuse_without_key(known: LoadBalancerDocument) -> None:
    if known.vrrp.auth == "none":
        raise Conflict(
            f"the members of {known.name} use no key: vrrp.auth is none; PASS and AH, of VRRP "
            "version 2, have one"
        )


def _refuse_unknown(known: LoadBalancerDocument, name: str) -> None:
    names = known.server_names()
    if name not in names:
        there = ", ".join(sorted(names)) or "none"
        raise NotFound(f"there is no server {name!r} in {known.name}; there are: {there}")
