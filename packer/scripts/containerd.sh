#!/bin/sh
# containerd, from an archive with a checksum or by a signed package, with systemd's cgroups.
set -eu
export DEBIAN_FRONTEND=noninteractive

fail() {
    echo "$*" >&2
    exit 1
}

fetch() { # fetch VARIABLE URL SHA256 FILE
    [ -n "$3" ] || fail "$1_sha256 is needed: $1_url is $2"
    python3 -c 'import shutil, sys, urllib.request as web
with web.urlopen(sys.argv[1], timeout=60) as source, open(sys.argv[2], "wb") as target:
    shutil.copyfileobj(source, target)' "$2" "$4" || fail "$2 could not be fetched; $1_url names it"
    found=$(sha256sum "$4" | cut -d ' ' -f 1)
    [ "$found" = "$3" ] || fail "$2 has the SHA-256 $found, $1_sha256 says $3"
}

if [ -n "$CONTAINERD_URL" ] && [ -n "$CONTAINERD_PACKAGE" ]; then
    fail "containerd_package is $CONTAINERD_PACKAGE and containerd_url $CONTAINERD_URL:" \
        "only one can count, so set the other to \"\""
fi
if [ -n "$CONTAINERD_URL" ]; then
    fetched=$(mktemp -d)
    fetch containerd "$CONTAINERD_URL" "$CONTAINERD_SHA256" "$fetched/containerd"
    if [ -n "$RUNC_URL" ]; then
        fetch runc "$RUNC_URL" "$RUNC_SHA256" "$fetched/runc"
        install -m 0755 "$fetched/runc" /usr/local/sbin/runc
    else
        apt-get -q -y install runc
    fi
    tar -C /usr/local -xzf "$fetched/containerd"
    rm -r "$fetched"
    cat >/etc/systemd/system/containerd.service <<'UNIT'
[Unit]
Description=containerd
After=network.target local-fs.target

[Service]
Type=notify
ExecStartPre=-/sbin/modprobe overlay
ExecStart=/usr/local/bin/containerd
Delegate=yes
KillMode=process
Restart=always
LimitNOFILE=infinity
TasksMax=infinity
OOMScoreAdjust=-999

[Install]
WantedBy=multi-user.target
UNIT
    systemctl daemon-reload
elif [ -n "$CONTAINERD_PACKAGE" ]; then
    apt-get -q -y install "$CONTAINERD_PACKAGE"
    apt-mark hold "${CONTAINERD_PACKAGE%%=*}" >/dev/null
else
    fail "set containerd_url (with containerd_sha256) or containerd_package: both are empty"
fi

# Drop-ins are read after it: what this template's machines want otherwise.
install -d -m 0755 /etc/containerd/conf.d
{
    echo "imports = ['/etc/containerd/conf.d/*.toml']"
    containerd config default |
        sed -E -e '/^imports/d' -e 's/^([[:space:]]*SystemdCgroup[[:space:]]*=).*/\1 true/'
} >/etc/containerd/config.toml
systemctl --quiet enable containerd.service
