"""The parts of the usual stack: how each is started, and how one sees that it is ready."""

import ssl
from collections.abc import Callable

import httpx

from lab.processes import Process
from lab.stack.options import API, GUESTS, WORKER
from lab.stack.parts import Part
from lab.stack.product import Product
from lab.stack.servers import Servers

ANSWER_SECONDS = 10.0


def usual_parts(product: Product, servers: Servers, guests: Part) -> dict[str, Part]:
    queue = product.settings["TASK_QUEUE"]
    return {
        GUESTS: guests,
        API: Part(product.service(API), _answers(product)),
        WORKER: Part(
            product.service(WORKER),
            lambda process: servers.temporal.is_polled_by(queue, process.pid),
        ),
    }


def _answers(product: Product) -> Callable[[Process], bool]:
    url = f"{product.settings['API_URL']}/readyz"
    trusted = ssl.create_default_context(cafile=product.settings.get("API_CA_FILE"))

    def answers(_: Process) -> bool:
        try:
            return httpx.get(url, timeout=ANSWER_SECONDS, verify=trusted).is_success
        except httpx.TransportError:
            return False

    return answers
