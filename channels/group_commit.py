"""Handles in one go what many ask for at the same time: the more ask, the larger the groups."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from django.db import close_old_connections, connections

Item = TypeVar("Item")
Result = TypeVar("Result")


class GroupCommit(Generic[Item, Result]):
    """Lets `handle` answer groups of up to `most` items, in a thread (and with a database connection) of its own.

    `handle` gives a result for each item, in their order; when it raises, everybody of the group gets that exception.
    Belongs to one event loop.
    """

    def __init__(self, handle: Callable[[Sequence[Item]], Sequence[Result]], *, most: int = 250) -> None:
        self._handle = handle
        self._most = most
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="group")
        self._work: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        """What `handle` says of `item`. Raises what it raises."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._work is None:
            self._work = asyncio.create_task(self._answer_all())
        return await answer

    def close(self) -> None:
        """Give the thread and its connection back, when nobody asks any more."""
        self._thread.submit(connections.close_all)
        self._thread.shutdown()

    async def _answer_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(group)
        finally:
            self._work = None

    async def _answer(self, group: Sequence[tuple[Item, asyncio.Future[Result]]]) -> None:
        loop = asyncio.get_running_loop()
        try:
            results = await loop.run_in_executor(self._thread, self._handled, [item for item, _ in group])
        except Exception as error:  # noqa: BLE001  whoever asked deals with it
            for _, answer in group:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in zip(group, results, strict=True):
            # Somebody may have hung up.
            if not answer.done():
                answer.set_result(result)

    def _handled(self, items: Sequence[Item]) -> Sequence[Result]:
        close_old_connections()
        return self._handle(items)
