"""The rest of a member: its kernel, its journal, its logins, and how its services run."""

from provisioner.edge.layout import CLOSE_CONNECTIONS, KEEP_SERVER_STATES, KEEPALIVED_STATUS

SYSCTL = """\
net.ipv4.ip_forward = 1
# HAProxy listens on VIPs that the other member carries.
net.ipv4.ip_nonlocal_bind = 1
"""

JOURNAL = """\
[Journal]
Storage=persistent
SystemMaxUse=500M
SystemKeepFree=1G
MaxRetentionSec=1month
RateLimitIntervalSec=30s
RateLimitBurst=20000
"""

SSHD = """\
PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication no
"""

# Debian's unit lacks it, and a machine without keepalived never gets the address again.
KEEPALIVED_RESTART = """\
[Unit]
StartLimitIntervalSec=0

[Service]
Restart=on-failure
RestartSec=1
"""

KEEPALIVED_DROP_IN = f"""\
{KEEPALIVED_RESTART}RuntimeDirectory={KEEPALIVED_STATUS.rpartition("/")[2]}
RuntimeDirectoryMode=0700
Environment=TMPDIR={KEEPALIVED_STATUS}
"""

# As Debian's unit, but before a reload it notes what HAProxy knows of its servers, and closes what
# the new one would lead elsewhere. A HAProxy that starts afresh knows nothing, and is told so.
HAPROXY_DROP_IN = f"""\
[Unit]
StartLimitIntervalSec=0

[Service]
ExecStartPre=/usr/bin/python3 -IS {KEEP_SERVER_STATES} --none
ExecReload=
ExecReload=/usr/sbin/haproxy -Ws -f $CONFIG -c -q $EXTRAOPTS
ExecReload=-/usr/bin/python3 -IS {KEEP_SERVER_STATES}
ExecReload=-/usr/bin/python3 -IS {CLOSE_CONNECTIONS}
ExecReload=/bin/kill -USR2 $MAINPID
"""
