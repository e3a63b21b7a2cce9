#!/bin/sh
# Where packages come from. apt takes nothing that a key does not sign.
set -eu
# shellcheck source=/dev/null
. /etc/os-release

keyring="/usr/share/keyrings/$ID-archive-keyring.gpg"
components=main
if [ "$ID" = ubuntu ]; then
    components='main universe'
fi
if grep -q 'BEGIN PGP' /tmp/image-apt.asc; then
    keyring=/etc/apt/keyrings/mirror.asc
    install -D -m 0644 /tmp/image-apt.asc "$keyring"
fi
rm -f /tmp/image-apt.asc

if [ -n "$APT_MIRROR" ]; then
    rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*
    cat >/etc/apt/sources.list.d/mirror.sources <<EOF
Types: deb
URIs: $APT_MIRROR
Suites: $VERSION_CODENAME $VERSION_CODENAME-updates
Components: $components
Signed-By: $keyring
EOF
    if [ "$ID" = ubuntu ]; then
        SECURITY_MIRROR=${SECURITY_MIRROR:-$APT_MIRROR}
    fi
    if [ -n "$SECURITY_MIRROR" ]; then
        cat >/etc/apt/sources.list.d/security.sources <<EOF
Types: deb
URIs: $SECURITY_MIRROR
Suites: $VERSION_CODENAME-security
Components: $components
Signed-By: $keyring
EOF
    fi
    # Or cloud-init writes the distribution's own sources again at every first boot.
    install -d -m 0755 /etc/cloud/cloud.cfg.d
    echo 'apt: {preserve_sources_list: true}' >/etc/cloud/cloud.cfg.d/90-apt.cfg
fi

cat >/etc/apt/apt.conf.d/90image <<'EOF'
APT::Install-Recommends "false";
APT::Update::Error-Mode "any";
Acquire::Retries "3";
DPkg::Lock::Timeout "300";
EOF
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
set -- ca-certificates cloud-init iproute2 openssh-server procps python3 sudo
# A template that brings VMware's tools keeps its own.
command -v vmware-rpctool >/dev/null || set -- "$@" open-vm-tools
apt-get -q -y install "$@"

install -d -m 0755 /etc/cloud/cloud.cfg.d
echo 'datasource_list: [VMware]' >/etc/cloud/cloud.cfg.d/90-datasource.cfg
