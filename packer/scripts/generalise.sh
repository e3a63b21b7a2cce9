#!/bin/sh
# A machine becomes an image: no identity, no way in, no traces. Runs as the last step.
set -eu

# Whoever installed a password loses it; root never comes in by ssh.
passwd --quiet --lock root
install -d -m 0755 /etc/ssh/sshd_config.d
printf 'PermitRootLogin no\nPasswordAuthentication no\n' >/etc/ssh/sshd_config.d/10-image.conf

apt-get -q clean
rm -rf /var/lib/apt/lists/*
rm -f /etc/ssh/ssh_host_* /etc/hostname
rm -f /etc/netplan/* /etc/systemd/network/10-cloud-init-* /etc/network/interfaces.d/50-cloud-init
cloud-init clean --logs
rm -rf /var/lib/cloud
truncate -s 0 /etc/machine-id
rm -f /var/lib/dbus/machine-id /var/lib/systemd/random-seed

# The build's user is logged in: its files go now, its account without asking for its processes.
rm -rf "/home/${BUILD_USER:?}" /root/.ssh /root/.bash_history
rm -f /etc/sudoers.d/90-cloud-init-users "/etc/sudoers.d/$BUILD_USER"
sed -i "/^$BUILD_USER:/d" /etc/passwd /etc/shadow /etc/group /etc/gshadow /etc/subuid /etc/subgid
sed -i "s/\\b$BUILD_USER\\b//" /etc/group /etc/gshadow

find /var/log -type f -exec truncate -s 0 {} +
rm -rf /var/log/journal/* /tmp/self-check.json
fstrim --all 2>/dev/null || true
sync
