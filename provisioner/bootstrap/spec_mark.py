"""What masters' VMs carry of their cluster's document, beside the other marks."""

from provisioner.bootstrap.guestinfo import pack
from provisioner.domain import marks
from provisioner.domain.spec.cluster import ClusterSpec

_PERHAPS_SECRET = {"proxy", "trusted_cas"}


def spec_mark(spec: ClusterSpec) -> dict[str, str]:
    """extraConfig entries: the document as gzip+base64 of JSON. Raises PayloadTooLarge."""
    return pack(marks.SPEC, spec.model_dump_json(by_alias=True, exclude=_PERHAPS_SECRET))
