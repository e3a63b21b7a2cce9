"""The address records that an administrator makes for a balancer's names."""

from provisioner.domain.spec.load_balancer import LoadBalancerSpec

# Clients that ask again after a minute find the site that still answers.
TTL_SECONDS = 60


def address_records(spec: LoadBalancerSpec) -> list[str]:
    """Lines of a zone file, one for each VIP that has a name."""
    return [
        f"{vip.dns_name}. {TTL_SECONDS} IN A {vip.address}" for vip in spec.vips if vip.dns_name
    ]
