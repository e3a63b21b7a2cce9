"""What can go wrong between us and a cluster's API.

KubernetesError
  ApiUnreachable      no endpoint answers, or only with 5xx: transient
  ApiUntrusted        whoever answers is not verified by the cluster's authority
  CredentialsRefused  the API does not accept our client certificate
  RequestRefused      it knows us and says no
  AddOnMissing        the cluster does not serve the add-on's kinds yet: transient
  AddOnNotYet         an add-on's webhook or namespace is not ready: transient
  ObjectRefused       it does not take an object as we sent it
  ManifestRefused     an operator's manifest is not what was promised, or not objects
  ManifestUnreachable the manifest can't be fetched: transient
  AddOnImpossible     the cluster's document and its vCenter do not allow it
  DrainBlocked        pods could not be evicted in time
"""

from collections.abc import Mapping

from provisioner.domain.errors import ProvisionerError


class KubernetesError(ProvisionerError):
    """The root of this tree."""


class ApiUnreachable(KubernetesError):
    transient = True


class ApiUntrusted(KubernetesError):
    pass


class CredentialsRefused(KubernetesError):
    pass


class RequestRefused(KubernetesError):
    pass


class AddOnMissing(KubernetesError):
    transient = expected = True


class AddOnNotYet(KubernetesError):
    transient = expected = True


class ObjectRefused(KubernetesError):
    pass


class ManifestRefused(KubernetesError):
    pass


class ManifestUnreachable(KubernetesError):
    transient = True


class AddOnImpossible(KubernetesError):
    pass


class DrainBlocked(KubernetesError):
    """`pods` gives the reason by `namespace/name`."""

    def __init__(self, node: str, pods: Mapping[str, str]) -> None:
        listed = "; ".join(f"{pod} {reason}" for pod, reason in sorted(pods.items()))
        super().__init__(f"node {node} can't be drained in time: {listed}")
        self.pods = dict(pods)
