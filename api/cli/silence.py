"""Why nothing happens: asked of the service once nothing has happened for a while."""

import time
from collections.abc import Callable

from api.cli.client import Api
from api.cli.errors import CliError

PATIENCE_SECONDS = 15.0


class Silence:
    def __init__(
        self, api: Api, remark: Callable[[str], None], patience: float = PATIENCE_SECONDS
    ) -> None:
        self._api, self._remark, self._patience = api, remark, patience
        self._news: object = None
        self._since = time.monotonic()
        self._asked = False

    def note(self, news: object) -> None:
        """Something else than last time, and the silence is over."""
        if news != self._news:
            self._news, self._since, self._asked = news, time.monotonic(), False
        elif not self._asked and time.monotonic() - self._since > self._patience:
            self._asked = True
            self._ask()

    def _ask(self) -> None:
        try:
            worker = self._api.get("/readyz").get("worker")
        except CliError as err:
            self._remark(f"nothing happens, and the service is not ready: {err}")
            return
        if worker == "missing":
            self._remark(
                "nothing happens because no worker runs: start `pke-provisioner worker` "
                "(in a lab of this repository: `make up`, or `make lab-up`), then it goes on"
            )
