"""What a running node is told later: files that follow the cluster, in a guestinfo key of its own.

The service writes the key; the node reads it on a timer, applies it and reports in another key
(`node_configuration.py`). Neither holds a secret. The document only chooses among sections that
the node knows: where a section's file lies and which commands belong to it is not the service's
to say.
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Literal

from pydantic import Field, ValidationError

from provisioner.bootstrap.guestinfo import pack
from provisioner.domain.virtual_machines import Fact

CONFIGURATION = "guestinfo.pke.configuration"
APPLIED = "guestinfo.pke.configuration.applied"
KEEPALIVED = "keepalived"


class Applied(Fact):
    """What a node made of the document of that revision; the guest says so, nobody proves it.

    refused: the files before it are kept. waiting: the node is not that far; it goes on by itself.
    """

    revision: str = Field(max_length=64)
    outcome: Literal["applied", "refused", "waiting"]
    message: str = Field(default="", max_length=2000)


def configuration(nic: str, sections: Mapping[str, str]) -> dict[str, str]:
    """extraConfig entries that tell a node these files. Raises PayloadTooLarge.

    In texts @INTERFACE@ stands for the name of the NIC with the MAC address `nic`. The same input
    makes the same entries, and applying them twice changes nothing.
    """
    document = {"revision": revision(nic, sections), **_document(nic, sections)}
    return pack(CONFIGURATION, json.dumps(document, sort_keys=True))


def revision(nic: str, sections: Mapping[str, str]) -> str:
    """By which a node names what it has applied."""
    content = json.dumps(_document(nic, sections), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def applied(extra_config: Mapping[str, str]) -> Applied | None:
    """None when the node has reported nothing, or nothing that makes sense."""
    try:
        return Applied.model_validate_json(extra_config.get(APPLIED, ""))
    except ValidationError:
        return None


def _document(nic: str, sections: Mapping[str, str]) -> dict[str, object]:
    return {"nic": nic.lower(), "sections": dict(sections)}
