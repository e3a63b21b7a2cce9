#!/bin/sh
# containerd, by a signed package or from an archive with a checksum, with systemd's cgroups.
set -eu
export DEBIAN_FRONTEND=noninteractive

if [ -n "$CONTAINERD_URL" ]; then
    archive=$(mktemp)
    python3 -c 'import shutil, sys, urllib.request as web
with web.urlopen(sys.argv[1], timeout=60) as source, open(sys.argv[2], "wb") as target:
    shutil.copyfileobj(source, target)' "$CONTAINERD_URL" "$archive"
    echo "$CONTAINERD_SHA256  $archive" | sha256sum --check --quiet
    tar -C /usr/local -xzf "$archive"
    rm "$archive"
    apt-get -q -y install runc
    cat >/etc/systemd/system/containerd.service <<'EOF'
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
EOF
    systemctl daemon-reload
else
    apt-get -q -y install "$CONTAINERD_PACKAGE"
    apt-mark hold "${CONTAINERD_PACKAGE%%=*}" >/dev/null
fi

# Drop-ins are read after it: what this template's machines want otherwise.
install -d -m 0755 /etc/containerd/conf.d
{
    echo "imports = ['/etc/containerd/conf.d/*.toml']"
    containerd config default |
        sed -E -e '/^imports/d' -e 's/^([[:space:]]*SystemdCgroup[[:space:]]*=).*/\1 true/'
} >/etc/containerd/config.toml
systemctl --quiet enable containerd.service
