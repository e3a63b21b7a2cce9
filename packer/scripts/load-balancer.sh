#!/bin/sh
# HAProxy, keepalived and nftables, installed and not configured: a member is told by the service.
set -eu
export DEBIAN_FRONTEND=noninteractive

apt-get -q -y install haproxy keepalived nftables
systemctl --quiet disable --now haproxy.service keepalived.service nftables.service
