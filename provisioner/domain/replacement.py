"""When a lost member is replaced without anybody asking, and what holds that back."""

from datetime import timedelta

from pydantic import Field

from provisioner.domain.virtual_machines import Fact

HOUR = timedelta(hours=1)


class Replacement(Fact):
    """`off`: seconds a VM may stay powered off. `silence`: seconds a vCenter's watch may be mute.

    `unhealthy`: percent of a group's members, and of all, above which nothing is replaced; one
    always may be. `hourly` and `hourly_percent`: how many of a resource's nodes are replaced within
    an hour, whichever is more.
    """

    off: int = Field(default=60, ge=0)
    unhealthy: int = Field(default=40, ge=0, le=100)
    hourly: int = Field(default=3, ge=0)
    hourly_percent: int = Field(default=10, ge=0, le=100)
    silence: int = Field(default=1500, ge=1)

    def too_many(self, lost: int, of: int) -> bool:
        return lost > max(1, of * self.unhealthy // 100)

    def within_an_hour(self, of: int) -> int:
        return max(self.hourly, of * self.hourly_percent // 100)
