"""Attempts side by side, for as long as anybody waits."""

import asyncio

import pytest

from workflows.activities.trying import until_nobody_waits


class Queue:
    """Who waits, and which attempts were made for them."""

    def __init__(self, *names: str) -> None:
        self.names = list(names)
        self.made: list[tuple[str, int]] = []

    async def waiting(self) -> list[str]:
        return list(self.names)

    async def attempt(self, name: str, number: int) -> None:
        self.made.append((name, number))
        self.names.remove(name)


async def test_over_when_nobody_waits() -> None:
    queue = Queue()
    await until_nobody_waits(queue.waiting, queue.attempt)
    assert queue.made == []


async def test_who_still_waits_is_tried_again() -> None:
    queue = Queue("a", "b")

    async def second_time(name: str, number: int) -> None:
        if number == 2:
            await queue.attempt(name, number)

    await until_nobody_waits(queue.waiting, second_time)
    assert sorted(queue.made) == [("a", 2), ("b", 2)]


async def test_who_comes_meanwhile_does_not_wait_for_an_attempt_to_end() -> None:
    queue, came = Queue("first"), asyncio.Event()

    async def attempt(name: str, number: int) -> None:
        if name == "first":
            queue.names.append("second")
            await came.wait()
        came.set()
        await queue.attempt(name, number)

    await until_nobody_waits(queue.waiting, attempt)
    assert queue.made == [("second", 1), ("first", 1)]


async def test_nobody_is_tried_twice_at_a_time() -> None:
    queue, let_go = Queue("slow", "quick"), asyncio.Event()

    async def attempt(name: str, number: int) -> None:
        if name == "slow":
            await let_go.wait()
        await queue.attempt(name, number)
        if name == "quick":
            let_go.set()

    await until_nobody_waits(queue.waiting, attempt)
    assert queue.made == [("quick", 1), ("slow", 1)]


async def test_an_error_ends_all() -> None:
    queue, cancelled = Queue("bad", "other"), []

    async def attempt(name: str, number: int) -> None:
        if name == "bad":
            raise KeyError(name)
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(name)
            raise

    with pytest.raises(ExceptionGroup) as failed:
        await until_nobody_waits(queue.waiting, attempt)
    assert [type(one) for one in failed.value.exceptions] == [KeyError]
    assert cancelled == ["other"]
