#!/bin/sh
# The machine is up when cloud-init is done with it; from here on nothing else touches packages.
set -eu

if command -v cloud-init >/dev/null; then
    cloud-init status --wait >/dev/null || true
fi
for unit in apt-daily.timer apt-daily-upgrade.timer unattended-upgrades.service; do
    systemctl --quiet mask --now "$unit" 2>/dev/null || true
done

install -d -m 0755 /usr/local/share/ca-certificates
if grep -q 'BEGIN CERTIFICATE' /tmp/image-ca.pem; then
    install -m 0644 /tmp/image-ca.pem /usr/local/share/ca-certificates/image.crt
    update-ca-certificates >/dev/null
fi
rm -f /tmp/image-ca.pem
