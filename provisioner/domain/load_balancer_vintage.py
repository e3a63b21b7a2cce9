"""What a load balancer's member gets when its VM is made, and never again."""

import json
from collections.abc import Mapping

from provisioner.domain.planning.digests import digest
from provisioner.domain.spec.load_balancer import LoadBalancerSpec, Member


def vintage(spec: LoadBalancerSpec, member: Member, versions: Mapping[str, int]) -> str:
    """`versions`: of what it fetches at its first boot, `key` and `stats`.

    A later release of the service must make the same of the same document: what it adds is left
    out where it is not given.
    """
    made = member.model_dump(
        mode="json",
        include={"vcpu", "memory_mib", "disk_gib", "template", "vcenter", "placement", "networks"},
        exclude_none=True,
    )
    facts = made | {
        "install": spec.install,
        "sshKeys": sorted(spec.ssh_keys),
        "trustedCAs": sorted(spec.trusted_cas),
        "fetched": _fetched(spec, versions),
    }
    return digest([json.dumps(facts, sort_keys=True)])


def _fetched(spec: LoadBalancerSpec, versions: Mapping[str, int]) -> dict[str, object]:
    """The key also while nothing speaks of it: so members that begin to use it have the same."""
    stats = [spec.stats.secret, versions["stats"]] if spec.stats else []
    return {"key": versions["key"], "stats": stats}
