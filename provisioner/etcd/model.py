"""Members, and whether those that are left can decide anything. Pure."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import BaseModel


class Member(BaseModel, frozen=True):
    """`name` is empty until it has started once. A learner has no vote."""

    id: str
    name: str = ""
    peer_urls: tuple[str, ...] = ()
    client_urls: tuple[str, ...] = ()
    learner: bool = False

    def is_of(self, name: str, address: str | None) -> bool:
        """Whether it is the machine's with this name.

        One that never started is known by its peer address alone; a started one is not told by
        it, since another machine may have the address by now.
        """
        if self.name:
            return self.name == name
        return address is not None and address in {urlsplit(url).hostname for url in self.peer_urls}

    @property
    def label(self) -> str:
        """As in "the etcd member m1"; by its address until it has a name."""
        return self.name or f"at {', '.join(self.peer_urls)}"


class Health(BaseModel, frozen=True):
    """`problems`: of those members that do not serve, why, by id."""

    members: tuple[Member, ...]
    problems: Mapping[str, str]

    @property
    def has_quorum(self) -> bool:
        voters = [member for member in self.members if not member.learner]
        serving = [member for member in voters if member.id not in self.problems]
        return len(serving) > len(voters) // 2

    def without(self, leaving: Member) -> "Health":
        """As it will be once the member is removed."""
        left = tuple(member for member in self.members if member.id != leaving.id)
        return Health(members=left, problems=self.problems)

    def describe(self) -> str:
        """Of members that do not serve: `m1 does not answer; ...`."""
        found = (member for member in self.members if member.id in self.problems)
        return "; ".join(f"{_subject(member)} {self.problems[member.id]}" for member in found)


def _subject(member: Member) -> str:
    return member.name or f"the one {member.label}"
