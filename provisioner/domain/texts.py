"""Text that others wrote: guests, clusters, programs."""

import re

# NUL and half characters, which not every database keeps, and what drives a reader's terminal.
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def clean(text: str) -> str:
    """Fit to be kept and shown, whatever is in it; lines and tabs stay."""
    return _UNFIT.sub("\N{REPLACEMENT CHARACTER}", text)
