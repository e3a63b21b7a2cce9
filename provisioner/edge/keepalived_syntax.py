"""What keepalived's configurations have in common, whoever carries an address."""

from collections.abc import Iterable, Sequence

from provisioner.edge.blocks import block


def document(blocks: Iterable[str]) -> str:
    return "\n\n".join(blocks) + "\n"


def global_defs(router_id: str, version: int = 3) -> str:
    # The refresh repairs the neighbours' ARP caches after a partition has healed.
    return block(
        "global_defs",
        f"router_id {router_id}",
        f"vrrp_version {version}",
        # A busy machine must not be taken for a dead one.
        "max_auto_priority",
        "vrrp_garp_master_delay 1",
        "vrrp_garp_master_refresh 10",
        "enable_script_security",
        "script_user root",
    )


def unicast(source: str, peers: Sequence[str]) -> list[str]:
    """Nothing without peers: keepalived calls a unicast instance that has none deprecated."""
    if not peers:
        return []
    return [f"unicast_src_ip {source}", block("unicast_peer", *peers)]
