#!/bin/sh
# A machine becomes an image: no identity, no way in, no traces. Runs as the last step.
set -eu

# Whoever installed a password loses it; root never comes in by ssh.
passwd --quiet --lock root
install -d -m 0755 /etc/ssh/sshd_config.d
printf 'PermitRootLogin no\nPasswordAuthentication no\n' >/etc/ssh/sshd_config.d/10-image.conf

if settings=$(sshd -T 2>/dev/null) && ! echo "$settings" | grep -qx 'permitrootlogin no'; then
    echo "root may still come in by ssh: another file in /etc/ssh/sshd_config.d allows it" >&2
    exit 1
fi

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
rm -rf /var/log/journal/* /tmp/self-check.json /tmp/image-*
fstrim --all 2>/dev/null || true
sync

# The self-check came before all this.
left=$(
    find /etc/machine-id -size +0
    find /etc/ssh -name 'ssh_host_*'
    find "/home/$BUILD_USER" /root/.ssh /var/lib/cloud /etc/sudoers.d/90-cloud-init-users \
        "/etc/sudoers.d/$BUILD_USER" -maxdepth 0 2>/dev/null || true
    grep -l "^$BUILD_USER:" /etc/passwd /etc/shadow || true
)
if [ -n "$left" ]; then
    printf 'the image would keep what is this machine alone:\n%s\n' "$left" >&2
    exit 1
fi
