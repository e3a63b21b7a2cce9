#!/bin/sh
# What the kernel must do for the programs to come; at every boot, and now where it can.
set -eu

if [ "$IMAGE_ROLE" = node ]; then
    printf 'overlay\nbr_netfilter\n' >/etc/modules-load.d/90-image.conf
    cat >/etc/sysctl.d/90-image.conf <<'EOF'
net.bridge.bridge-nf-call-iptables = 1
net.bridge.bridge-nf-call-ip6tables = 1
net.ipv4.ip_forward = 1
net.ipv6.conf.all.forwarding = 1
vm.overcommit_memory = 1
kernel.panic = 10
kernel.panic_on_oops = 1
fs.inotify.max_user_instances = 8192
fs.inotify.max_user_watches = 524288
EOF
else
    cat >/etc/sysctl.d/90-image.conf <<'EOF'
net.ipv4.ip_forward = 1
net.ipv4.ip_nonlocal_bind = 1
net.ipv6.ip_nonlocal_bind = 1
EOF
fi

# The kubelet refuses swap, and a load balancer that swaps is one that is down.
swapoff -a || true
sed -i -E '/^[^#].*[[:space:]]swap[[:space:]]/d' /etc/fstab
systemctl --quiet mask swap.target
