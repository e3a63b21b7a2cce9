"""systemd units and drop-ins of a node."""

from provisioner.bootstrap.layout import AGENT, NODE_CONFIGURATION, STATE
from provisioner.edge.layout import MEMBER_STATUS

# Exit status 3 is the agent's last word: the service replaces the node, a restart can't help.
AGENT_SERVICE = f"""\
[Unit]
Description=Makes this machine a node of its Kubernetes cluster
Wants=network-online.target
After=network-online.target containerd.service
ConditionPathExists=!{STATE}/ready
ConditionPathExists=!{STATE}/failed
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/python3 -I {AGENT}
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=3

[Install]
WantedBy=multi-user.target
"""

# A run that has nothing to tell leaves no line in the journal, not even systemd's own.
NODE_CONFIGURATION_SERVICE = f"""\
[Unit]
Description=Applies what the service tells this machine about its cluster

[Service]
Type=oneshot
ExecStart=/usr/bin/python3 -I {NODE_CONFIGURATION}
TimeoutStartSec=120
LogLevelMax=notice
"""

# A load balancer's member tells how it is, too. That program comes with its first configuration.
MEMBER_CONFIGURATION_SERVICE = (
    NODE_CONFIGURATION_SERVICE + f"ExecStartPost=-/usr/bin/python3 -IS {MEMBER_STATUS} --tell\n"
)

NODE_CONFIGURATION_TIMER = """\
[Unit]
Description=Looks for changes of the cluster that concern this machine

[Timer]
OnActiveSec=10
OnUnitInactiveSec=10
AccuracySec=1

[Install]
WantedBy=timers.target
"""
