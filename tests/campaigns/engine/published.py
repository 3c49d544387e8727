"""Tasks as they are published, caught on their way to the broker: a test hands them to workers as it likes."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from celery.signals import before_task_publish

from campaigns.engine.serving import serve
from campaigns.engine.shifts import Shift
from campaigns.engine.wake import DELIVER
from cascade_site.celery import app


@dataclass(frozen=True, kw_only=True)
class Published:
    """A task on its way: its name, its arguments, and what the broker and the workers are told about it."""

    name: str
    arguments: tuple[Any, ...]
    headers: Mapping[str, Any] = field(compare=False)

    def do(self) -> None:
        """What the worker does that is given it, in this thread, until it is done."""
        if self.name == DELIVER:
            serve(*self.arguments, shift=Shift())
        else:
            app.tasks[self.name](*self.arguments)


@contextmanager
def catching() -> Iterator[list[Published]]:
    """Whatever is published in this process until the end of the block, in this order. The broker gets it as well."""
    caught: list[Published] = []

    def note(sender: str, body: Sequence[Any], headers: Mapping[str, Any], **_signal: Any) -> None:
        caught.append(Published(name=sender, arguments=tuple(body[0]), headers=headers))

    before_task_publish.connect(note, weak=False)
    try:
        yield caught
    finally:
        before_task_publish.disconnect(note)
