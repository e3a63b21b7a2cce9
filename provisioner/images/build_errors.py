"""What can go wrong when Packer makes an image, in words that say what helps.

PackerError
  InputsChanged     what is to be built is not what was asked for any more
  PackerMissing     no Packer or no vSphere plugin on this machine
  WorkerUnfit       the worker's machine has no room for what a build needs, for now
  InstallerUnreachable  the ISO is not to be had where iso_url says
  BuildFailed       Packer says that the build failed
  BuildKilled       Packer did not live to say anything
  BuildOverdue      the build took longer than it may
  ResultUnreadable  Packer says that all is well, and left nothing that shows it
"""

from provisioner.domain.errors import ProvisionerError


class PackerError(ProvisionerError):
    pass


class InputsChanged(PackerError):
    pass


class PackerMissing(PackerError):
    pass


class WorkerUnfit(PackerError):
    transient = True


class InstallerUnreachable(PackerError):
    pass


class BuildFailed(PackerError):
    pass


class BuildKilled(PackerError):
    pass


class BuildOverdue(PackerError):
    pass


class ResultUnreadable(PackerError):
    pass
