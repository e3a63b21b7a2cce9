"""Which node calls, and what it may still do. A route's signature names what it takes."""

import hmac
from typing import Annotated

from fastapi import Depends, Path

from api.auth import Bearer, unauthorised
from api.pke.tokens import Claims
from api.problems import Problem
from api.services import Use
from provisioner.domain.etcd_clusters import ROLE as ETCD
from provisioner.domain.load_balancers import ROLE as LOAD_BALANCER
from provisioner.store import visits
from provisioner.store.visits import Visitor

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


def _claims(use: Use, bearer: Bearer, org: Number) -> Claims:
    found = use.node_tokens.verify(bearer.credentials) if bearer else None
    if found is None:
        raise unauthorised("the node token is missing, not ours, or expired")
    if found.org != org:
        raise Problem(403, "the node token is another organisation's")
    return found


def visitor(use: Use, bearer: Bearer, org: Number) -> Visitor:
    """The row decides: a token that was replaced, or whose node is on its way out, is nothing."""
    claims = _claims(use, bearer, org)
    with use.database.read() as session:
        found = visits.find(session, claims.node)
    if found is None or not hmac.compare_digest(claims.jti, found.node.token_id):
        raise unauthorised("the node token is not in force")
    if (found.resource.org_id, found.resource.number) != (claims.org, claims.cluster):
        raise unauthorised("the node token is not in force")
    if found.role != claims.role or found.powerless:
        raise Problem(403, "this node is given up; its token has no power any more")
    return found


async def _of_cluster(cluster: Number, found: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    if found.resource.number != cluster:
        raise Problem(403, "the node token is another cluster's")
    return found


async def creating(found: Annotated[Visitor, Depends(visitor)]) -> Visitor:
    if found.settled:
        raise Problem(403, "the node is ready; its token has no power any more")
    return found


async def _member(
    found: Annotated[Visitor, Depends(_of_cluster)], _: Annotated[Visitor, Depends(creating)]
) -> Visitor:
    if found.role in (ETCD, LOAD_BALANCER):
        raise Problem(403, "only nodes of a Kubernetes cluster may do this")
    return found


async def _etcd_member(
    found: Annotated[Visitor, Depends(_of_cluster)], _: Annotated[Visitor, Depends(creating)]
) -> Visitor:
    if found.role != ETCD:
        raise Problem(403, "only members of an etcd cluster may do this")
    return found


async def _balancer(
    found: Annotated[Visitor, Depends(_of_cluster)], _: Annotated[Visitor, Depends(creating)]
) -> Visitor:
    if found.role != LOAD_BALANCER:
        raise Problem(403, "only members of a load balancer may do this")
    return found


async def creating_master(found: Annotated[Visitor, Depends(creating)]) -> Visitor:
    if found.role != "master":
        raise Problem(403, "only masters may do this")
    return found


async def _master(
    found: Annotated[Visitor, Depends(_of_cluster)],
    _: Annotated[Visitor, Depends(creating_master)],
) -> Visitor:
    return found


# Of the path's cluster: any node not given up; one in creation; a master in creation.
Reporter = Annotated[Visitor, Depends(_of_cluster)]
Member = Annotated[Visitor, Depends(_member)]
Master = Annotated[Visitor, Depends(_master)]
# A member in creation of an etcd cluster.
EtcdMember = Annotated[Visitor, Depends(_etcd_member)]
# A member in creation of a load balancer.
Balancer = Annotated[Visitor, Depends(_balancer)]
# A master in creation, on a path that names no cluster.
AnyMaster = Annotated[Visitor, Depends(creating_master)]
