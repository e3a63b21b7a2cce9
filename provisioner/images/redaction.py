"""What must not be read in a log: Packer's machine-readable output hides nothing by itself."""

import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from provisioner.images.output import escaped

HIDDEN = "<hidden>"
# User information of a URL, such as a proxy's.
_CREDENTIALS = re.compile(r"(://[^/\s:@]*:)[^/\s@]+@")


class Redactor:
    def __init__(self, secrets: Iterable[str]) -> None:
        spelled = {form for one in secrets if one for form in _spellings(one)}
        # The longest first: one may be a part of another.
        ordered = sorted(spelled, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        hidden = self._secrets.sub(HIDDEN, text) if self._secrets else text
        return _CREDENTIALS.sub(rf"\1{HIDDEN}@", hidden)


def _spellings(secret: str) -> Iterator[str]:
    """Also as Packer's own output writes each of them."""
    quoted = json.dumps(secret, ensure_ascii=False)[1:-1]
    # Go's JSON takes these for dangerous.
    of_go = quoted.translate({ord(one): f"\\u{ord(one):04x}" for one in "<>&"})
    in_ascii = json.dumps(secret)[1:-1]
    in_url = (quote(secret, safe=""), quote(secret), quote_plus(secret))
    marked_up = html.escape(secret)
    of_go_in_xml = marked_up.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")
    in_xml = (html.escape(secret, quote=False), marked_up, of_go_in_xml)
    for form in (secret, *in_url, *in_xml, quoted, of_go, in_ascii):
        yield form
        yield escaped(form)
