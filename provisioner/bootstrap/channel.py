"""What a running node is told later: files that follow the cluster, in a guestinfo key of its own.

The service writes the key; the node reads it on a timer, applies it and reports in another key
(`node_configuration.py`). Neither holds a secret. The document only chooses among sections that
the node knows since its first boot: where a section's file lies and which commands belong to it is
not the document's to say.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationError

from provisioner.bootstrap.guestinfo import pack
from provisioner.domain.texts import clean
from provisioner.domain.virtual_machines import Fact

CONFIGURATION = "guestinfo.pke.configuration"
APPLIED = "guestinfo.pke.configuration.applied"


class Applied(Fact):
    """What a node made of the document of that revision; the guest says so, nobody proves it.

    refused: the files before it are kept. waiting: the node is not that far; it goes on by itself.
    """

    revision: str = Field(max_length=64)
    outcome: Literal["applied", "refused", "waiting"]
    message: Annotated[str, AfterValidator(clean)] = Field(default="", max_length=2000)


class Section(Fact):
    """A file that a node may be told, by the name that documents have for it.

    `check` takes the new file's path as its last argument; `apply` brings it into force; either
    may be empty. `follows`: the node's agent puts the first one there.
    """

    name: str
    path: str
    mode: int
    check: tuple[str, ...] = ()
    apply: tuple[str, ...] = ()
    follows: bool = False


def sections_file(sections: Iterable[Section]) -> str:
    """What the machine knows them by; in the order in which they come into force."""
    return json.dumps([section.model_dump() for section in sections], indent=1) + "\n"


def configuration(
    nics: Mapping[str, str], sections: Mapping[str, str], named: str | None = None
) -> dict[str, str]:
    """extraConfig entries that tell a node these files. Raises PayloadTooLarge.

    `nics`: MAC addresses by the words that stand for the interfaces' names in texts. The same
    input makes the same entries, and applying them twice changes nothing. `named`: its revision,
    where nodes share one, else that of its own content.
    """
    name = named or revision(nics, sections)
    document = {"revision": name, **_document(nics, sections)}
    return pack(CONFIGURATION, json.dumps(document, sort_keys=True))


def revision(nics: Mapping[str, str], sections: Mapping[str, str]) -> str:
    """By which a node names what it has applied."""
    content = json.dumps(_document(nics, sections), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def applied(extra_config: Mapping[str, str]) -> Applied | None:
    """None when the node has reported nothing, or nothing that makes sense."""
    try:
        return Applied.model_validate_json(extra_config.get(APPLIED, ""))
    except ValidationError:
        return None


def _document(nics: Mapping[str, str], sections: Mapping[str, str]) -> dict[str, object]:
    lowered = {word: mac.lower() for word, mac in nics.items()}
    return {"nics": lowered, "sections": dict(sections)}
