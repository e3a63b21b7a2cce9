"""A machine outside the cluster that uses its API at the floating address."""

import re
import sys
import time

from tests.net.answers import Try, read
from tests.net.machines import Machine, Switch
from tests.net.masters import HERE
from tests.node.authority import SelfSigned

# Longer than a busy machine makes a try wait; shorter than the second after which TCP sends a lost
# SYN again: such a try would be answered, and hide the outage in which it began.
PATIENCE_SECONDS = 0.8
# Each try costs client and server some five milliseconds of a processor.
EVERY_SECONDS = 0.04
# Enough tries to meet every server behind a name.
LATELY_SECONDS = 15 * EVERY_SECONDS


class Client(Machine):
    def __init__(self, switch: Switch, authority: SelfSigned, address: str) -> None:
        super().__init__()
        number = re.split(r"[.:]", address.partition("/")[0])[-1]
        switch.plug_in(self, f"client{number}", f"00:50:56:00:01:{number}", [address])
        self.write("/etc/kubernetes/pki/ca.crt", authority.certificate)

    def poll(
        self, vip: str, patience: float = PATIENCE_SECONDS, every: float = EVERY_SECONDS
    ) -> None:
        """From now on and without end; `patience` and `every` in seconds."""
        program = (sys.executable, str(HERE / "polling.py"), vip, str(patience), str(every))
        self.start(*program, log="/run/polling.log")

    def tries(self, since: float = 0.0) -> list[Try]:
        """`since` in seconds of the monotonic clock, which all machines share."""
        with self.path("/run/polling.log").open() as file:
            return [each for each in read(file) if each.at >= since]

    def sees(self, seconds: float = LATELY_SECONDS) -> set[str | None]:
        """Who answered lately; None stands for nobody. A try that still waits tells nothing: for
        these, too, look back twice as far as they wait.
        """
        return {each.who for each in self.tries(time.monotonic() - seconds)} or {None}
