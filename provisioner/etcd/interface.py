"""The seam: what we ask of a cluster's etcd, however it is reached."""

from typing import Protocol

from provisioner.etcd.model import Health, Member


class EtcdApi(Protocol):
    """All methods block, are idempotent and raise EtcdError."""

    def members(self) -> tuple[Member, ...]:
        """Voters and learners, as the members have agreed upon them: takes a quorum."""

    def health(self) -> Health:
        """Each member is asked whether it serves; takes a quorum, else raises EtcdUnreachable."""

    def remove_member(self, name: str, address: str | None) -> None:
        """The member of the machine with this name; `address` tells one that never started.

        Gone already is success. Raises QuorumAtRisk, and removes nothing, when too few of the
        others serve.
        """

    def await_quorum(self, deadline_seconds: float) -> Health:
        """Until a majority of the members serves. Raises NoQuorum, or what is in the way."""

    def close(self) -> None: ...
