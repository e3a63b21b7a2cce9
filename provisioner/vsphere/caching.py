"""Facts of a vCenter that rarely change, read once however many ask at the same time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Remembered(Generic[K, V]):
    """Failures are not remembered. Belongs to one event loop."""

    def __init__(self, load: Callable[[K], Awaitable[V]]) -> None:
        self._load = load
        self._loading: dict[K, asyncio.Task[V]] = {}

    async def get(self, key: K) -> V:
        task = self._loading.get(key)
        if task is None:
            task = self._loading[key] = asyncio.ensure_future(self._fetch(key))
        return await asyncio.shield(task)

    def forget(self, key: K) -> None:
        self._loading.pop(key, None)

    async def _fetch(self, key: K) -> V:
        try:
            return await self._load(key)
        except BaseException:
            self.forget(key)
            raise
