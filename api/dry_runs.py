"""What a change would do: made for real in a transaction that is then undone."""

from collections import Counter
from collections.abc import Callable

from sqlalchemy.orm import Session

from api import answers
from api.answers import Answer
from api.plans import (
    DryRunOut,
    GroupCount,
    HeldBackOut,
    PlannedRemoval,
    PlanOut,
    ShortageOut,
)
from provisioner.domain.nodes import Phase
from provisioner.domain.planning import tasks
from provisioner.domain.planning.plan import Plan
from provisioner.domain.planning.planner import plan
from provisioner.domain.planning.wishes import Observed, When
from provisioner.settings import Settings
from provisioner.store import observing, resources
from provisioner.store.observing import World
from provisioner.store.resources import Json
from provisioner.store.tables import Node, Resource
from provisioner.store.types import utc_now


def answer(
    session: Session, resource: Resource, settings: Settings, shown: Callable[[Json], Json]
) -> Answer:
    """`shown`: what of the document on record users see."""
    session.flush()
    deadlines, limits = settings.deadlines, settings.replacement
    world = observing.load(session, resource, utc_now())
    planned = plan(world.desired, world.observed, deadlines, limits)
    # Who takes a removed node's place is decided by the look that follows.
    after = _after_removals(world.observed, planned)
    following = plan(world.desired, after, deadlines, limits)
    planned = planned.model_copy(update={"create": following.create})
    spec = shown(resources.document(session, resource))
    return answers.of(200, DryRunOut(plan=_shown(session, world, planned), spec=spec))


def _after_removals(observed: Observed, planned: Plan) -> Observed:
    going = {removal.node for removal in planned.remove}
    nodes = tuple(
        node.model_copy(update={"phase": Phase.REMOVING}) if node.id in going else node
        for node in observed.nodes
    )
    return observed.model_copy(update={"nodes": nodes})


def _shown(session: Session, world: World, planned: Plan) -> PlanOut:
    counts = Counter(new.group for new in planned.create)
    due = [wish.name for when in When for wish in tasks.due(world.desired, world.observed, when)]
    return PlanOut(
        create=[GroupCount(group=group, count=count) for group, count in counts.items()],
        remove=[
            PlannedRemoval(node=session.get_one(Node, one.node).name, reason=one.reason)
            for one in planned.remove
        ],
        tasks=due,
        held_back=[
            HeldBackOut(node=session.get_one(Node, one.node).name, reason=one.reason)
            for one in planned.held
        ],
        shortages=[ShortageOut.model_validate(one) for one in planned.shortages],
    )
