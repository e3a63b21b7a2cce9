"""What users give freely has to fit into what a VM can receive with its clone."""

from collections.abc import Iterable, Iterator

from provisioner.domain.faults import Fault

# Packed, this much of the least compressible text (certificates) and all we add ourselves stay
# below the 60 KiB of guestinfo that are safe.
_LIMIT = 40 * 1024


def check_shared(texts: Iterable[str], fields: tuple[str, ...]) -> Iterator[Fault]:
    """What every node of a resource receives. `fields`: where its users gave it."""
    size = sum(map(len, texts))
    if size > _LIMIT:
        advice = f"{', '.join(fields)} are {size} characters together; at most {_LIMIT} fit"
        yield Fault("trustedCAs", advice, rests_on=fields)
