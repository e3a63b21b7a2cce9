"""A placement against itself."""

from collections.abc import Iterator

from pydantic.alias_generators import to_camel

from provisioner.domain.faults import Fault
from provisioner.domain.spec.placement import EITHER, Location


def check_placement(placement: Location, path: str, *, whole: bool) -> Iterator[Fault]:
    """`whole`: it stands alone, so one of each pair must be given."""
    for pair in EITHER:
        one, other = map(to_camel, pair)
        fields = (f"{path}.{one}", f"{path}.{other}")
        given = sum(bool(getattr(placement, name)) for name in pair)
        if given == 2:
            yield Fault(path, f"give {one} or {other}, not both", rests_on=fields)
        if given == 0 and whole:
            yield Fault(path, f"give {one} or {other}", rests_on=fields)
