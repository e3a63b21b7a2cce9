"""Real guests: Linux machines that boot with systemd, in place of the VMs' operating systems.

They need root, and to run inside `lab.network`: there each has its bridge, and whatever they leave
behind when everything is killed at once (mounts, namespaces) is gone with the last process.
"""
