"""From our errors to Temporal's words: try again, or not."""

import logging

from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from provisioner.domain.errors import ProvisionerError
from provisioner.vsphere.errors import CertificateMismatch, CertificateUntrusted, LoginRejected

# They concern the way to a vCenter, not the node that happened to take it.
_OF_THE_WAY = (CertificateMismatch, CertificateUntrusted, LoginRejected)
_log = logging.getLogger(__name__)


def again(err: Exception) -> ApplicationError:
    """Temporal tries again. Raise it `from None`: our text holds no secret, but a cause goes into
    the history as well, with whatever a library quotes from a request or an answer.
    """
    _log.debug("to be tried again", exc_info=err)
    pause = err.again_after if isinstance(err, ProvisionerError) else None
    what = ApplicationErrorCategory.UNSPECIFIED
    if isinstance(err, ProvisionerError) and err.expected:
        what = ApplicationErrorCategory.BENIGN
    return ApplicationError(
        str(err), type=type(err).__name__, next_retry_delay=pause, category=what
    )


class Unforeseen(ProvisionerError):
    """Nobody foresaw it. What it says may hold anything, so only the log has it."""

    transient = True


def as_ours(err: Exception) -> ProvisionerError:
    """Itself, or what can be told of it."""
    if isinstance(err, ProvisionerError):
        return err
    _log.error("an error that nobody foresaw", exc_info=err)
    return Unforeseen(
        f"an error that nobody foresaw ({type(err).__name__}); the worker's log has it"
    )


def passes(err: ProvisionerError) -> bool:
    """Whether the same work may succeed later, unchanged."""
    return type(err).transient or isinstance(err, _OF_THE_WAY)
