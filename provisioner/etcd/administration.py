"""What only whoever keeps an etcd cluster itself asks of it: to grow."""

import time
from collections.abc import Mapping

from provisioner.etcd.errors import EtcdUnreachable, RequestRefused
from provisioner.etcd.etcd_cluster import EtcdCluster
from provisioner.etcd.gateway import NoSuchMember, PreconditionFailed
from provisioner.etcd.model import Member

_ACQUAINTED_SECONDS = 8.0
_POLL_SECONDS = 0.5


class NotInSync(RequestRefused):
    """The learner lacks part of the log so far."""

    transient = True


class EtcdAdministration(EtcdCluster):
    """All methods block, are idempotent and raise EtcdError."""

    def ensure_learner(self, name: str, peer_url: str) -> Mapping[str, str]:
        """Peer URLs of all members by name, the learner's own among them, as it has to be told.

        A learner has no vote: should it never start, the others go on deciding without it.
        """
        self._ensure_added(name, peer_url)
        return {
            name if peer_url in member.peer_urls else member.name or f"member-{member.id}": url
            for member in self.members()
            for url in member.peer_urls
        }

    def remove_former(self, name: str, peer_url: str) -> None:
        """Whoever but `name` is known at that address leaves, or this raises QuorumAtRisk."""
        for member in self.members():
            if peer_url in member.peer_urls and member.name not in ("", name):
                self._remove(member)

    def ensure_voter(self, name: str) -> None:
        """Raises NotInSync while the learner `name` still has to catch up, or did not start."""
        found = next((member for member in self.members() if member.name == name), None)
        if found is None:
            raise NotInSync(f"etcd does not list {name} as a started member yet")
        if found.learner:
            self._promote(found)

    def _ensure_added(self, name: str, peer_url: str) -> None:
        """etcd takes nobody in until its members have known each other for five seconds; right
        after a removal it may instead say that a member is not found.
        """
        body = {"peerURLs": [peer_url], "isLearner": True}
        deadline = time.monotonic() + _ACQUAINTED_SECONDS
        while not any(peer_url in member.peer_urls for member in self.members()):
            try:
                self._call(f"add the etcd member {name}", "/v3/cluster/member/add", body)
            except (EtcdUnreachable, NoSuchMember):
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_POLL_SECONDS)

    def _promote(self, member: Member) -> None:
        purpose = f"make the etcd member {member.label} a voter"
        try:
            self._call(purpose, "/v3/cluster/member/promote", {"ID": member.id})
        except PreconditionFailed as refusal:
            raise NotInSync(str(refusal)) from refusal
