import contextlib

import pytest

from provisioner.kubernetes.addons.installing import Installer
from provisioner.kubernetes.endpoints import Endpoints
from provisioner.tls import client_context


@pytest.fixture
def reach(authority, administrator):
    """Endpoints at an address, as the service reaches them."""
    opened = contextlib.ExitStack()

    def open_endpoints(address: str) -> Endpoints:
        context = client_context(
            authority.certificate, administrator.certificate, administrator.private_key
        )
        endpoints = Endpoints([address], context, 30)
        opened.callback(endpoints.close)
        return endpoints

    with opened:
        yield open_endpoints


@pytest.fixture
def impatient(reach, endpoint) -> Installer:
    """Waits for nothing, in the in-memory cluster."""
    return Installer(reach(endpoint), patience_seconds=0)
