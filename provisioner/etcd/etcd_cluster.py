"""The door to one cluster's etcd. Synchronous: callers bring the threads."""

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

from pydantic import SecretStr

from provisioner.attempts import Attempt, summed_up
from provisioner.etcd.errors import EtcdError, EtcdUnreachable, NoQuorum, QuorumAtRisk
from provisioner.etcd.gateway import Gateway, NoSuchMember, PreconditionFailed
from provisioner.etcd.model import Health, Member
from provisioner.tls import client_context

_ASKED_AT_ONCE = 8
_POLL_SECONDS = 0.5


class EtcdCluster:
    """All methods block, are idempotent and raise EtcdError.

    `endpoints` are `host:port` of members, asked in order until one answers; each is verified
    by `authority`. The members themselves tell where the others are.
    """

    def __init__(
        self,
        endpoints: Sequence[str],
        authority: str,
        certificate: str,
        private_key: SecretStr,
        timeout_seconds: float = 5.0,
    ) -> None:
        context = client_context(authority, certificate, private_key.get_secret_value())
        self._urls = [f"https://{endpoint}" for endpoint in endpoints]
        self._gateway = Gateway(context, timeout_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._gateway.close()

    def members(self) -> tuple[Member, ...]:
        """Voters and learners, as the members have agreed upon them: takes a quorum."""
        answer = self._call(
            "list etcd's members", "/v3/cluster/member/list", {"linearizable": True}
        )
        return tuple(_member(found) for found in answer.get("members", ()))

    def health(self) -> Health:
        """Each member is asked whether it serves; takes a quorum, else raises EtcdUnreachable."""
        members = self.members()
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            problems = list(pool.map(self._problem, members))
        told = {member.id: told for member, told in zip(members, problems, strict=True) if told}
        return Health(members=members, problems=told)

    def endpoint_problems(self) -> dict[str, str]:
        """Of those endpoints of ours that do not serve, why, by URL. For whoever only uses it."""
        with ThreadPoolExecutor(_ASKED_AT_ONCE) as pool:
            told = zip(self._urls, pool.map(self._gateway.problem, self._urls), strict=True)
            return {url: problem for url, problem in told if problem}

    def remove_member(self, name: str, address: str | None) -> None:
        """The member of the machine with this name; `address` tells one that never started.

        Gone already is success. Raises QuorumAtRisk, and removes nothing, when too few of the
        others serve.
        """
        for member in self.members():
            if member.is_of(name, address):
                self._remove(member)

    def await_quorum(self, deadline_seconds: float) -> Health:
        """Until a majority of the members serves. Raises NoQuorum, or what is in the way."""
        deadline = time.monotonic() + deadline_seconds
        while True:
            over = time.monotonic() >= deadline
            try:
                found = self.health()
            except EtcdUnreachable:
                if over:
                    raise
            else:
                if found.has_quorum:
                    return found
                if over:
                    raise NoQuorum(f"too few etcd members serve: {found.describe()}")
            time.sleep(_POLL_SECONDS)

    def _remove(self, member: Member) -> None:
        purpose = f"remove the etcd member {member.label}"
        left = self.health().without(member)
        # A learner's going changes nothing for those who vote.
        if not member.learner and not left.has_quorum:
            raise QuorumAtRisk(f"can't {purpose}: {_lack(left)}")
        try:
            self._call(purpose, "/v3/cluster/member/remove", {"ID": member.id})
        except NoSuchMember:
            return
        except PreconditionFailed as refusal:
            raise QuorumAtRisk(str(refusal)) from refusal

    def _problem(self, member: Member) -> str | None:
        if not member.client_urls:
            return "never started"
        problems = [self._gateway.problem(url) for url in member.client_urls]
        return None if None in problems else problems[0]

    def _call(self, purpose: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """At the first member that answers; `purpose` completes "can't ..."."""
        problems: list[Attempt[EtcdError]] = []
        for url in self._urls:
            try:
                return self._gateway.call(url, path, body)
            except (NoSuchMember, PreconditionFailed) as refusal:
                raise type(refusal)(f"can't {purpose}: {refusal}") from refusal
            except EtcdError as problem:
                problems.append(Attempt(type(problem), str(problem), problem))
        raise summed_up(purpose, problems, EtcdUnreachable, "no member is known")


def _lack(left: Health) -> str:
    if not left.members:
        return "it is the last one, and what the cluster knows would be gone"
    return (
        "too few of the others would be left that serve, and the cluster would stop: "
        f"{left.describe()}; bring one of them back"
    )


def _member(found: dict[str, Any]) -> Member:
    """Fields that are empty are absent from the gateway's answers."""
    return Member(
        id=found["ID"],
        name=found.get("name", ""),
        peer_urls=found.get("peerURLs", ()),
        client_urls=found.get("clientURLs", ()),
        learner=found.get("isLearner", False),
    )
