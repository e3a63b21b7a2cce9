"""What is wrong with the image definitions of this service. Builds have errors of their own.

DefinitionError
  DefinitionsMissing    they are not where the service looks for them
  DefinitionUnknown     there is none of this name
  DefinitionUnreadable  a file of theirs is not HCL
"""

from provisioner.domain.errors import ProvisionerError


class DefinitionError(ProvisionerError):
    pass


class DefinitionsMissing(DefinitionError):
    pass


class DefinitionUnknown(DefinitionError):
    pass


class DefinitionUnreadable(DefinitionError):
    pass
