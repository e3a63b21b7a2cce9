"""What can go wrong between us and Vault.

VaultError
  VaultUnavailable    no answer, sealed or overloaded: transient
  VaultUntrusted      its certificate is not verified by the authorities we trust
  MountVanished       somebody removed a mount while we filled it: transient
  LoginRefused        the AppRole's credentials are not accepted
  AccessForbidden     logged in, but the policy says no
  SecretNotFound      nothing is stored there
  RequestRefused      Vault calls the request invalid
"""

from provisioner.domain.errors import ProvisionerError


class VaultError(ProvisionerError):
    """The root of this tree. No message holds a secret; Vault's own words are in the cause."""


class VaultUnavailable(VaultError):
    transient = True


class VaultUntrusted(VaultError):
    pass


class MountVanished(VaultError):
    transient = True


class LoginRefused(VaultError):
    pass


class AccessForbidden(VaultError):
    pass


class SecretNotFound(VaultError):
    pass


class RequestRefused(VaultError):
    pass
