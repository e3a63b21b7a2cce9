"""A cluster of three masters on a switch, a client there, and the figures measured with them."""

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.net.client import Client
from tests.net.load_balanced import GOALS, MEASURED
from tests.net.machines import Switch
from tests.net.masters import Cluster
from tests.net.observing import Figures, Lab
from tests.node.authority import SelfSigned, self_signed

FIGURES = Path("build/vip.json")
_measured = Figures()
_lines_of_others: list[str] = []


def pytest_sessionfinish(session: pytest.Session) -> None:
    """To whom this process works for, if it is one of several."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["measured"] = _lines()


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _lines_of_others.extend(getattr(node, "workeroutput", {}).get("measured", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in sorted({*_lines(), *_lines_of_others}):
        terminalreporter.write_line(line)


def _lines() -> list[str]:
    masters = [f"floating address: {name} = {value:g}" for name, value in _measured.known().items()]
    balancers = [
        f"load balancer: {name} = {value:g} (goal {GOALS[name]:g})"
        for name, value in MEASURED.known().items()
    ]
    return masters + balancers


@pytest.fixture(scope="package", autouse=True)
def ahead_of_others() -> Iterator[None]:
    """Outages of tenths of a second are measured here, whatever else the computer has to do.

    Programs that are started inherit it. Where that is not permitted, all run as usual.
    """
    usual = os.sched_getscheduler(0), os.sched_getparam(0)
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_RR, os.sched_param(1))
    yield
    os.sched_setscheduler(0, *usual)


@pytest.fixture(scope="module")
def figures() -> Iterator[Figures]:
    yield _measured
    if _measured.complete():
        FIGURES.parent.mkdir(exist_ok=True)
        FIGURES.write_text(json.dumps(_measured.known(), indent=2) + "\n")


@pytest.fixture(scope="module")
def authority() -> SelfSigned:
    return self_signed("kubernetes")


@pytest.fixture(scope="module")
def switch() -> Iterator[Switch]:
    made = Switch()
    yield made
    made.power_off()


@pytest.fixture(scope="module")
def lab(switch: Switch, authority: SelfSigned, figures: Figures) -> Iterator[Lab]:
    cluster = Cluster(switch, authority, "10.77.0.100", 51)
    client = Client(switch, authority, "10.77.0.99/24")
    made = Lab(cluster, client, figures)
    try:
        for number in (11, 12, 13):
            cluster.add(f"10.77.0.{number}")
        cluster.start()
        client.poll(cluster.vip)
        made.settle()
        yield made
    finally:
        cluster.power_off()
        client.power_off()
