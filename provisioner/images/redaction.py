"""What must not be read in a log: Packer's machine-readable output hides nothing by itself."""

import re
from collections.abc import Iterable
from urllib.parse import quote

HIDDEN = "<hidden>"
# User information of a URL, such as a proxy's.
_CREDENTIALS = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")


class Redactor:
    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {form for one in secrets if one for form in (one, quote(one, safe=""))}
        # The longest first: one may be a part of another.
        ordered = sorted(spelled, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        hidden = self._secrets.sub(HIDDEN, text) if self._secrets else text
        return _CREDENTIALS.sub(rf"\1{HIDDEN}@", hidden)
