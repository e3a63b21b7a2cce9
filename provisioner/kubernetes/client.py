"""The official client, with TLS from memory and a deadline on every request."""

import ssl
from collections.abc import Callable
from typing import Any

import urllib3
from kubernetes.client import ApiClient, Configuration
from kubernetes.client.exceptions import ApiException
from kubernetes.client.rest import should_bypass_proxies

# Kept open for the next request: tokens, admissions and add-ons ask side by side.
_CONNECTIONS = 16


class EndpointClient(ApiClient):
    """Talks to one endpoint. It never retries: the next endpoint is the better retry."""

    def __init__(self, endpoint: str, context: ssl.SSLContext, timeout_seconds: float) -> None:
        self.endpoint = endpoint
        self._timeout_seconds = timeout_seconds
        configuration = Configuration(host=f"https://{endpoint}")
        super().__init__(configuration)
        self._pool_manager = _pool(configuration, context)
        self.rest_client.pool_manager = self._pool_manager

    def call_api(self, *args: Any, **kwargs: Any) -> Any:
        if not kwargs.get("_request_timeout"):
            kwargs["_request_timeout"] = self._timeout_seconds
        return super().call_api(*args, **kwargs)

    def disconnect(self) -> None:
        self._pool_manager.clear()


def unless_gone(work: Callable[[], object]) -> None:
    """Does `work`; what it works on being gone already is success."""
    try:
        work()
    except ApiException as refusal:
        if refusal.status != 404:
            raise


def _pool(configuration: Configuration, context: ssl.SSLContext) -> urllib3.PoolManager:
    """The client itself reads keys from files only, hence a pool of our own."""
    proxy = configuration.proxy
    if proxy and not should_bypass_proxies(configuration.host, configuration.no_proxy or ""):
        return urllib3.ProxyManager(proxy, ssl_context=context, retries=False, maxsize=_CONNECTIONS)
    return urllib3.PoolManager(ssl_context=context, retries=False, maxsize=_CONNECTIONS)


def exists(work: Callable[[], object]) -> bool:
    """Whether reading something answers anything but 404."""
    try:
        work()
    except ApiException as refusal:
        if refusal.status != 404:
            raise
        return False
    return True
