"""What a node's timer makes of its VM's later configuration: files replaced, and an answer."""

import json

from lab.guests.interface import GuestTools
from lab.guests.standin import load_balancer
from lab.guests.standin.machine import KEEPALIVED_CONFIG, Machine
from provisioner.bootstrap.node_configuration import APPLIED, CONFIGURATION, Refused, read

INTERFACE = "eth0"


def follow(machine: Machine, tools: GuestTools) -> None:
    """Once keepalived runs. An answer that is there already is not given again."""
    encoded = machine.vm.extra_config.get(CONFIGURATION)
    balances = load_balancer.serves(machine)
    if not encoded or not (machine.floats or balances):
        return
    apply = load_balancer.apply if balances else _apply
    answer = json.dumps(apply(machine, encoded))
    if machine.vm.extra_config.get(APPLIED) != answer:
        tools.publish(machine.vm.moref, {APPLIED: answer})


def _apply(machine: Machine, encoded: str) -> dict[str, str]:
    try:
        document = read(encoded)
    except Refused as reason:
        return {"revision": "", "outcome": "refused", "message": str(reason)}
    for text in document.sections.values():
        machine.write(KEEPALIVED_CONFIG, text.replace("@INTERFACE@", INTERFACE), 0o640)
    return {"revision": document.revision, "outcome": "applied", "message": ""}
