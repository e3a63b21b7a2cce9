"""What a load balancer's member makes of its configuration: its files as it would have them."""

import json
from typing import Any

from lab.guests.standin.machine import ENABLED, Machine
from provisioner.bootstrap.layout import FIRST_CONFIGURATION, SECTIONS, VALUES
from provisioner.bootstrap.node_configuration import Document, Refused, Waiting, filled, read
from provisioner.domain.load_balancers import ROLE
from provisioner.edge import layout


def is_member(machine: Machine) -> bool:
    return bool(machine.config.get("node", {}).get("role") == ROLE)


def serves(machine: Machine) -> bool:
    """Its agent has come to its end, and its services run."""
    running = machine.on and is_member(machine)
    return running and all(machine.has(f"{ENABLED}/{unit}") for unit in layout.SERVICES)


def apply_first(machine: Machine) -> dict[str, str]:
    return apply(machine, machine.read(FIRST_CONFIGURATION))


def apply(machine: Machine, encoded: str) -> dict[str, str]:
    """The answer. Files change all or none; no program checks them here."""
    revision = ""
    try:
        document = read(encoded)
        revision = document.revision
        _write(machine, document)
    except (Refused, Waiting) as reason:
        outcome = "refused" if isinstance(reason, Refused) else "waiting"
        return {"revision": revision, "outcome": outcome, "message": str(reason)}
    return {"revision": revision, "outcome": "applied", "message": ""}


def _write(machine: Machine, document: Document) -> None:
    known: list[dict[str, Any]] = json.loads(machine.read(SECTIONS))
    places = {section["name"]: section for section in known}
    unknown = sorted(set(document.sections) - set(places))
    if unknown:
        raise Refused(f"the document is not for this node: {', '.join(map(repr, unknown))}")
    values = _values(machine, document)
    texts = {name: filled(text, values) for name, text in document.sections.items()}
    for name, text in texts.items():
        machine.write(places[name]["path"], text, places[name]["mode"])


def _values(machine: Machine, document: Document) -> dict[str, str]:
    interfaces = {mac.lower(): f"eth{index}" for index, mac in enumerate(machine.vm.macs)}
    missing = sorted(set(document.nics.values()) - set(interfaces))
    if missing:
        raise Waiting(f"there is no network interface {', '.join(missing)}")
    fetched = json.loads(machine.read(VALUES)) if machine.has(VALUES) else {}
    return {word: interfaces[mac] for word, mac in document.nics.items()} | fetched
