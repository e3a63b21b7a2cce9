#!/bin/sh
# What the image is, as the machine itself answers; the report is kept with the image.
# Every check is a line "name<TAB>ok or failed<TAB>what was found".
set -u

checks=$(mktemp)

check() { # check NAME COMMAND...
    name=$1
    shift
    if found=$("$@" 2>&1); then outcome=ok; else outcome=failed; fi
    found=$(printf %s "$found" | tail -n 1 | tr -s '[:space:]' ' ')
    printf '%s\t%s\t%s\n' "$name" "$outcome" "${found# }" >>"$checks"
}

first_line() { # first_line COMMAND...
    said=$("$@" 2>&1) && printf '%s\n' "$said" | head -n 1
}

version_is() { # version_is WANTED COMMAND...
    wanted=$1
    shift
    found=$("$@") && echo "$found" && [ "$found" = "$wanted" ]
}

off() { # off UNIT: installed, and nobody starts it
    state=$(systemctl is-enabled "$1")
    echo "$state"
    [ "$state" = disabled ]
}

on() {
    systemctl is-enabled "$1"
}

no_swap() {
    ! grep -E '^[^#].*[[:space:]]swap[[:space:]]' /etc/fstab
}

kubelet_version() {
    kubelet --version | sed 's/.* v//'
}

kubeadm_version() {
    kubeadm version -o short | sed 's/^v//'
}

systemd_cgroups() {
    grep -E '^[[:space:]]*SystemdCgroup = true' /etc/containerd/config.toml
}

pause_image() {
    wanted=$(kubeadm config images list --kubernetes-version "v$KUBERNETES_VERSION" \
        --image-repository "${IMAGE_REGISTRY:-registry.k8s.io}" | grep /pause:)
    grep -F "'$wanted'" /etc/containerd/config.toml
}

plugins() {
    for plugin in bridge host-local loopback portmap; do
        [ -x "/opt/cni/bin/$plugin" ] || { echo "no $plugin"; return 1; }
    done
}

no_passwords() {
    ! awk -F: '$2 ~ /^\$/ { print $1 " has a password"; found = 1 } END { exit !found }' /etc/shadow
}

check python python3 -c 'import sys; print(sys.version.split()[0]); assert sys.version_info >= (3, 9)'
check cloud-init cloud-init --version
check vmware-datasource grep VMware /etc/cloud/cloud.cfg.d/90-datasource.cfg
check vmware-tools command -v vmware-rpctool
check no-swap no_swap
check no-passwords no_passwords
if [ "$IMAGE_ROLE" = node ]; then
    check kubelet version_is "$KUBERNETES_VERSION" kubelet_version
    check kubeadm version_is "$KUBERNETES_VERSION" kubeadm_version
    check containerd containerd --version
    check containerd-enabled on containerd.service
    check systemd-cgroups systemd_cgroups
    check pause-image pause_image
    check network-plugins plugins
    check keepalived-off off keepalived.service
else
    check haproxy first_line haproxy -v
    check haproxy-off off haproxy.service
    check keepalived first_line keepalived -v
    # By its JSON members tell who carries which VIP; not every build of it has that.
    check keepalived-json keepalived --signum=JSON
    check keepalived-off off keepalived.service
    check nftables nft --version
    check nftables-kernel nft -c 'add table inet image'
    check nftables-off off nftables.service
    check sshd sshd -t
fi

python3 - "$checks" >/tmp/self-check.json <<'EOF'
import json, os, platform, subprocess, sys

def line(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0]
    except (OSError, subprocess.CalledProcessError):
        return None

def images():
    """What containerd has, as the tags and digests of its list."""
    listed = ["ctr", "--namespace", "k8s.io", "images", "list"]
    try:
        rows = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split("\n")
    except (OSError, subprocess.CalledProcessError):
        return []
    named = [row.split()[:3] for row in rows[1:] if row.strip()]
    return [
        {"name": name, "digest": digest}
        for name, _type, digest in named
        if "@" not in name and not name.startswith("sha256:")
    ]

with open(sys.argv[1]) as file:
    rows = [row.rstrip("\n").split("\t") for row in file]
json.dump(
    {
        "os": os.environ["IMAGE_OS"],
        "kernel": platform.release(),
        "kubernetes": os.environ["KUBERNETES_VERSION"] or None,
        "containerd": line("containerd", "--version"),
        "cloudInit": line("cloud-init", "--version"),
        "images": images(),
        "checks": [{"name": name, "ok": ok == "ok", "found": found} for name, ok, found in rows],
    },
    sys.stdout,
)
EOF
chmod 0644 /tmp/self-check.json
if grep -P '\tfailed\t' "$checks" >&2; then
    echo "the image fails its self-check" >&2
    exit 1
fi
