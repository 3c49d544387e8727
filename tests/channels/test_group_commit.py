"""Many who ask at once are answered together, each with what is its own."""

import asyncio
import threading
from collections.abc import Sequence

import pytest

from channels.group_commit import GroupCommit


class Handler:
    """Doubles numbers, and remembers the groups in which they came; `gate` keeps the first group waiting."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.began = threading.Event()
        self.threads: set[int] = set()
        self.gate = threading.Event()

    def __call__(self, items: Sequence[int]) -> list[int]:
        self.groups.append(list(items))
        self.threads.add(threading.get_ident())
        self.began.set()
        assert self.gate.wait(30)
        if -1 in items:
            raise ValueError("no")
        return [item * 2 for item in items]


def ask(handler: Handler, *rounds: Sequence[int]) -> list[list[int | BaseException]]:
    """The answers to `rounds`: each asked at once, while those before it are handled."""

    async def main() -> list[list[int | BaseException]]:
        group: GroupCommit[int, int] = GroupCommit(handler, most=3)
        asked = []
        for numbers in rounds:
            asked.append([asyncio.ensure_future(group.ask(number)) for number in numbers])
            await asyncio.to_thread(handler.began.wait, 30)
        handler.gate.set()
        answers = [await asyncio.gather(*one, return_exceptions=True) for one in asked]
        group.close()
        return answers

    return asyncio.run(main())


def test_those_who_come_while_one_is_handled_are_handled_together() -> None:
    handler = Handler()
    assert ask(handler, [1], [2, 3, 4, 5]) == [[2], [4, 6, 8, 10]]
    assert handler.groups == [[1], [2, 3, 4], [5]]
    assert len(handler.threads) == 1
    assert threading.get_ident() not in handler.threads


def test_a_group_that_cannot_be_handled_hears_why_and_the_next_one_is() -> None:
    handler = Handler()
    (alone,), (first, second, third, fourth) = ask(handler, [1], [-1, 2, 3, 4])
    assert (alone, fourth) == (2, 8)
    assert all(isinstance(one, ValueError) for one in (first, second, third))


def test_somebody_who_hangs_up_takes_nobody_along() -> None:
    handler = Handler()

    async def main() -> list[int]:
        group: GroupCommit[int, int] = GroupCommit(handler)
        impatient, patient = (asyncio.ensure_future(group.ask(number)) for number in (1, 2))
        await asyncio.to_thread(handler.began.wait, 30)
        impatient.cancel()
        handler.gate.set()
        with pytest.raises(asyncio.CancelledError):
            await impatient
        answers = [await patient, await group.ask(3)]
        group.close()
        return answers

    assert asyncio.run(main()) == [4, 6]
