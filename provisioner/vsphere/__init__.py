"""vCenter by pyVmomi: one session per process, leaf property paths, few requests."""
