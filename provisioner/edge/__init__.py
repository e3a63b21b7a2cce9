"""What a member of a load balancer pair runs on: HAProxy, keepalived, nftables. Pure."""
