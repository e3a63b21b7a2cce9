"""pkectl on the real API: that both mean the same by every document, field and status."""

from pathlib import Path

import pytest

from tests.api.conftest import api, database, openbao, server, service_vault, services, temporal
from tests.api.served import Api
from tests.cli.conftest import Pkectl, Ran, call_pkectl

__all__ = ["api", "database", "openbao", "server", "service_vault", "services", "temporal"]


@pytest.fixture
def pkectl(api: Api, tmp_path: Path) -> Pkectl:
    tokens = {role: api.token(role) for role in ("viewer", "operator")}

    def run(*arguments: str, stdin: str = "", **given: str) -> Ran:
        token = tokens[given.get("role", "operator")]
        environment = {"PKECTL_URL": api.url, "PKECTL_TOKEN": token}
        return call_pkectl(tmp_path, environment, arguments, stdin)

    return run
