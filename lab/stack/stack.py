"""One whole stack, started and ended by this process."""

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Self

from lab.ports import free_port
from lab.processes import Process
from lab.progress import step
from lab.stack.description import describe
from lab.stack.environment import product_settings
from lab.stack.facts import StackFacts
from lab.stack.guests import guests_config, guests_part, machines
from lab.stack.layout import Layout
from lab.stack.network import Network
from lab.stack.options import StackOptions
from lab.stack.parts import Parts
from lab.stack.product import AdminToken, Product
from lab.stack.records import SUPERVISOR, record, write_records
from lab.stack.servers import TEMPORAL, Servers
from lab.stack.tls import issue
from lab.stack.usual import usual_parts

HOST = "127.0.0.1"
USUAL = StackOptions()


class Stack:
    """A context manager; what it tells of itself is there from `start` to `stop`.

    `guests_url` is where guests are told to misbehave (lab.guests.control_api).
    """

    facts: StackFacts
    servers: Servers
    parts: Parts
    guests_url: str

    def __init__(self, folder: Path, options: StackOptions = USUAL) -> None:
        self._layout = Layout(folder.absolute())
        self._options = options
        self._running = ExitStack()
        self._network: Network | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def processes(self) -> dict[str, Process]:
        network = self._network.processes() if self._network else {}
        return {**network, **self.servers.processes(), **self.parts.processes}

    def start(self) -> StackFacts:
        """Everything up and ready, described in `stack.json`; on a failure nothing is left running.

        What an earlier stack left in the folder is removed first.
        """
        self._layout.make()
        with ExitStack() as running:
            running.callback(self._layout.forget)
            self._start(running)
            self._running = running.pop_all()
        return self.facts

    def stop(self) -> None:
        """Ends everything. Stopped already: nothing. Data and logs stay, to be looked at."""
        self._running.close()

    def kill(self, name: str) -> None:
        """SIGKILL to one process (a part, or a server by its name) and all it started."""
        self.processes[name].kill()

    def restart(self, name: str) -> None:
        """Starts a part, or Temporal, as it was before; killed first if it still runs."""
        self._restart(name)
        self._record(self.processes)

    def restart_dead(self) -> None:
        """What died and can be started again is, and then all is on record anew, once.

        Raises ProcessError.
        """
        try:
            for name in (TEMPORAL, *self.parts.processes):
                if not self.processes[name].running:
                    self._restart(name)
        finally:
            self._record(self.processes)

    def _restart(self, name: str) -> None:
        if name == TEMPORAL:
            self.servers.restart_temporal()
        else:
            self.parts.restart(name)

    def _start(self, running: ExitStack) -> None:
        layout = self._layout
        self._record({})
        if self._options.real:
            self._network = Network(layout, self._options.real, self._options.say)
            running.callback(self._network.stop)
        with ThreadPoolExecutor(1) as beside:
            token = beside.submit(self._prepare_database)
            self.servers = Servers(layout, self._options.say)
            running.callback(self.servers.stop)
        product = self._product()
        self.parts = self._parts(product)
        self.facts = describe(layout, self.servers, product, self.guests_url, token.result())
        running.callback(self.parts.stop)
        self.parts.start(*self._options.parts)
        self._record(self.processes)
        self.facts.write(layout.facts)

    def _prepare_database(self) -> AdminToken:
        operator = Product({"DATABASE_URL": self._layout.database_url})
        with step(self._options.say, "database is ready"):
            operator.migrate()
            return operator.create_admin_token()

    def _product(self) -> Product:
        host = self._network.address if self._network else HOST
        tls = issue(self._layout.data, host) if self._network else None
        listen, others = f"{host}:{free_port(host)}", self._options.settings
        return Product(product_settings(self._layout, self.servers, listen, tls, others))

    def _parts(self, product: Product) -> Parts:
        others = dict(self._options.guests)
        if self._options.real:
            others["machines"] = machines(self._layout, self._options.real)
        config = guests_config(self._layout, self.servers.vcenter, others)
        self.guests_url = f"http://{HOST}:{config.control_port}"
        parts = usual_parts(product, self.servers, guests_part(self._layout, config))
        return Parts(parts, self._layout.logs, self._options.say)

    def _record(self, processes: Mapping[str, Process]) -> None:
        records = [record(SUPERVISOR, os.getpid())]
        records += [record(name, process.pid) for name, process in processes.items()]
        write_records(self._layout.running, records)
