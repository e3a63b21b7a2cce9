"""From our errors to Temporal's words: try again, or not."""

from temporalio.exceptions import ApplicationError

from provisioner.domain.errors import ProvisionerError
from provisioner.vsphere.errors import CertificateMismatch, CertificateUntrusted, LoginRejected

# They concern the way to a vCenter, not the node that happened to take it.
_OF_THE_WAY = (CertificateMismatch, CertificateUntrusted, LoginRejected)


def again(err: Exception) -> ApplicationError:
    """Temporal tries again. The text is ours, so it holds no secret."""
    return ApplicationError(str(err), type=type(err).__name__)


def passes(err: ProvisionerError) -> bool:
    """Whether the same work may succeed later, unchanged."""
    return type(err).transient or isinstance(err, _OF_THE_WAY)
