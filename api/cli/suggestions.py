"""Did you mean: a name that isn't there, answered with the one that is."""

from collections.abc import Iterator
from contextlib import contextmanager
from difflib import get_close_matches

from api.cli.client import Api
from api.cli.errors import CliError, NotFound

SHOWN = 8
_WORDS = {"loadbalancers": "load balancers", "etcd-clusters": "etcd clusters"}


@contextmanager
def suggesting(api: Api, collection: str, name: str) -> Iterator[None]:
    """Around a request for `name` of `collection`, such as /clusters."""
    try:
        yield
    except NotFound as err:
        if not err.advice:
            err.advice = _advice(api, collection, name)
        raise


def _advice(api: Api, collection: str, name: str) -> str:
    try:
        names = sorted(item["name"] for item in api.items(collection))
    except CliError:
        return ""
    last = collection.rsplit("/", 1)[-1]
    what = _WORDS.get(last, last)
    if name in names:
        return ""
    if close := get_close_matches(name, names, n=1):
        return f"did you mean {close[0]!r}?"
    shown = ", ".join(names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    return f"there are the {what} {shown}" if names else f"there are no {what} yet"
