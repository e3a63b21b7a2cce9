"""One short word for a set of facts, whatever their order."""

import hashlib
from collections.abc import Iterable


def digest(facts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(facts)).encode()).hexdigest()[:16]
