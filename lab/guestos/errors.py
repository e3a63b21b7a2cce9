"""Why there are no guests to boot.

GuestOSError
  NotRoot: mounts and namespaces are root's
  NoDisk: the cache is where no overlay can be made
  NoDebian: this machine's apt knows no Debian 12
  StepFailed: a program that makes a part of them is missing or failed; quotes what it said last
"""


class GuestOSError(Exception):
    """The guests' operating system could not be made."""


class NotRoot(GuestOSError):
    pass


class NoDisk(GuestOSError):
    pass


class NoDebian(GuestOSError):
    pass


class StepFailed(GuestOSError):
    pass
