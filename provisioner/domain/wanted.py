"""What a resource's document asks for, in words that know nothing of its kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from provisioner.domain.planning.wishes import Desired
from provisioner.domain.spec.machine import Machine
from provisioner.domain.spec.placement import Placement


@dataclass(frozen=True)
class GroupShape:
    """What a group's VMs are like. `path`: of the group's fields in the user's document.

    `placement` is the whole resource's, its field `placement`; the group's own lies over it.
    """

    name: str
    path: str
    machine: Machine
    placement: Placement


@dataclass(frozen=True)
class Wanted:
    """`groups` has the shapes of all groups of `desired`, by name."""

    desired: Desired
    groups: Mapping[str, GroupShape]
