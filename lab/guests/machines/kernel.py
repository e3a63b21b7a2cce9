"""Limits of the one kernel that all machines share."""

from pathlib import Path

# Per user, and root of every machine is the same one. systemd, containerd and kubelet watch files:
# without instances left, containerd has no CRI and kubelet sees no static pod.
INOTIFY_INSTANCES = Path("/proc/sys/fs/inotify/max_user_instances")
ENOUGH = 4096


def ensure_enough_watches() -> None:
    """Raises the limit of this computer until its next start; never lowers it."""
    if int(INOTIFY_INSTANCES.read_text()) < ENOUGH:
        INOTIFY_INSTANCES.write_text(str(ENOUGH))
