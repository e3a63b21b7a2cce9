"""What a request sets otherwise than its definition, and where its installer comes from."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from provisioner.domain.faults import Fault
from provisioner.domain.image_definitions import NODE, Declaration, Definition
from provisioner.domain.spec.image import ImageBuild, Variable

# Packer takes paths and file: URLs of its own machine, too, and a query that says "no checksum".
_ISO_URL = re.compile(r"https?://[^\s/@?#\"'\\]+(/[^\s/?#\"'\\]+)+")
_ISO_CHECKSUM = re.compile(r"sha256:[0-9A-Fa-f]{64}|sha512:[0-9A-Fa-f]{128}")
# Also without a scheme, as proxies are written.
_USER_INFORMATION = re.compile(r"://[^\s/?#]*@|^[^\s/@]+:[^\s/@]*@")


def check_variables(build: ImageBuild, definition: Definition) -> Iterator[Fault]:
    for name, value in build.variables.items():
        at = f"variables.{name}"
        declared = definition.variables.get(name)
        if declared is None:
            yield Fault(at, f"is no variable that a build may set; {_nearest(name, definition)}")
        elif declared.sensitive:
            yield Fault(at, "is marked sensitive, and what is given here is shown to all readers")
        elif not _fits(declared, value):
            yield Fault(at, f"must be {_IN_WORDS[declared.type]}")
        elif holds_user_information(value):
            advice = "must not hold user or password: what is given here is shown to all readers"
            yield Fault(at, advice)


def _nearest(name: str, definition: Definition) -> str:
    if close := get_close_matches(name, definition.variables, n=1):
        return f"did you mean {close[0]}?"
    return f"there are: {', '.join(sorted(definition.variables))}"


def check_iso(build: ImageBuild, definition: Definition) -> Iterator[Fault]:
    """Also of what the definition says by itself."""
    if build.source != "iso":
        return
    said = {**definition.settings, **build.variables}
    if not _ISO_URL.fullmatch(str(said.get("iso_url") or "")):
        advice = (
            "is needed by source iso: an http:// or https:// URL of the ISO without user, query "
            "and empty folders, such as https://mirror.example.com/debian-12.iso"
        )
        yield Fault("variables.iso_url", advice)
    if not _ISO_CHECKSUM.fullmatch(str(said.get("iso_checksum") or "")):
        advice = "is needed by source iso: sha256: or sha512: and the ISO's hexadecimal digits"
        yield Fault("variables.iso_checksum", advice)


def check_containerd(build: ImageBuild, definition: Definition) -> Iterator[Fault]:
    """Of nodes. Definitions of others may be without these variables."""
    said = {**definition.settings, **build.variables}
    if definition.role != NODE or "containerd_url" not in said:
        return
    if said.get("containerd_package"):
        if said["containerd_url"]:
            advice = 'needs containerd_url to be "": an archive is named there, and only one counts'
            yield Fault("variables.containerd_package", advice)
        return
    if not said["containerd_url"]:
        advice = "is needed, unless containerd_package names a package"
        yield Fault("variables.containerd_url", advice)
    for name in ("containerd", "runc"):
        if said.get(f"{name}_url") and not said.get(f"{name}_sha256"):
            advice = f"is needed by {name}_url: the SHA-256 of what is there"
            yield Fault(f"variables.{name}_sha256", advice)


def holds_user_information(value: object) -> bool:
    """Of a variable: whether a URL in it tells somebody's name or password."""
    texts = value if isinstance(value, tuple | list) else (value,)
    return any(_USER_INFORMATION.search(text) for text in texts if isinstance(text, str))


# Python takes true for 1.
_TYPES: dict[str, Callable[[Variable], bool]] = {
    "string": lambda value: isinstance(value, str),
    "bool": lambda value: isinstance(value, bool),
    "number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "list(string)": lambda value: isinstance(value, tuple),
}
_IN_WORDS = {
    "string": "a text",
    "bool": "true or false",
    "number": "a whole number",
    "list(string)": "a list of texts",
}


def _fits(declared: Declaration, value: Variable) -> bool:
    fits = _TYPES.get(declared.type)
    return fits is None or fits(value)
