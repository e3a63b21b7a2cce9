"""Who calls, and what they may do. A route's signature names the role it takes."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.problems import Problem
from api.services import Use
from provisioner.store import tokens
from provisioner.store.tokens import Caller, Role

_RANKS: dict[Role, int] = {"viewer": 0, "operator": 1, "admin": 2}
_bearer = HTTPBearer(auto_error=False, description="An API token, made by `create-token`.")
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


def unauthorised(detail: str) -> Problem:
    return Problem(401, detail, {"WWW-Authenticate": "Bearer"})


def caller(use: Use, bearer: Bearer) -> Caller:
    if bearer is None:
        raise unauthorised("send an API token: Authorization: Bearer pke_...")
    with use.database.read() as session:
        found = tokens.authenticate(session, bearer.credentials)
    if found is None:
        raise unauthorised("the API token is unknown or expired")
    return found


def _at_least(role: Role) -> Callable[[Caller], Awaitable[Caller]]:
    async def check(who: Annotated[Caller, Depends(caller)]) -> Caller:
        if _RANKS[who.role] < _RANKS[role]:
            raise Problem(403, f"this needs the role {role}; the token's role is {who.role}")
        return who

    return check


Viewer = Annotated[Caller, Depends(_at_least("viewer"))]
Operator = Annotated[Caller, Depends(_at_least("operator"))]
Admin = Annotated[Caller, Depends(_at_least("admin"))]
