"""Facts of a vCenter that rarely change, read once however many ask at the same time."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Failures are not remembered. Belongs to one event loop."""

    def __init__(self, load: Callable[[K], Awaitable[V]]) -> None:
        self._load = load
        self._loading: dict[K, asyncio.Future[V]] = {}

    async def get(self, key: K) -> V:
        task = self._loading.get(key)
        if task is None:
            task = self._loading[key] = asyncio.ensure_future(self._load(key))
            task.add_done_callback(functools.partial(self._check, key))
        return await asyncio.shield(task)

    def forget(self, key: K) -> None:
        self._loading.pop(key, None)

    def _check(self, key: K, task: asyncio.Future[V]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if failed and self._loading.get(key) is task:
            self.forget(key)
