"""A product that seems to run: processes that were seen just now, and real time that passes at a word."""

import socket
import uuid
from datetime import timedelta

from django.db.models import F

from campaigns.engine import clock, ticking
from campaigns.models import AlertLook, Campaign, Flow, Pulse
from campaigns.operations.broker import QUEUES
from channels.kinds import Channel
from tests.campaigns.engine.stage import Stage
from tests.factories import RoutePlan, StepPlan, make_contact


def show_pulse(kind: Pulse.Kind = Pulse.Kind.WORKER, *, queues: tuple[str, ...] = ()) -> Pulse:
    """A process of this machine, seen just now."""
    now = clock.real_now()
    return Pulse.objects.create(
        id=uuid.uuid4(), kind=kind, host=socket.gethostname(), pid=4711, queues=queues, started_at=now, seen_at=now
    )


def show_everybody() -> None:
    """A web server, a worker for all queues, a beat, and a tick."""
    show_pulse(Pulse.Kind.WEB)
    show_pulse(queues=QUEUES)
    show_pulse(Pulse.Kind.BEAT)
    ticking.note_tick(clock.now())


def let_real_time_pass(by: timedelta) -> None:
    """What was counted and looked at was so much longer ago; the processes are seen again."""
    Flow.objects.exclude(at=Flow.TOTAL).update(at=F("at") - by)
    AlertLook.objects.update(looked_at=F("looked_at") - by)


def let_all_time_pass(by: timedelta) -> None:
    """Nobody did anything for so long, but ticks came."""
    let_real_time_pass(by)
    clock.run_at(shown_at=clock.now() + by, speed=0)
    ticking.note_tick(clock.now())


def campaign_of(stage: Stage, people: int, **fields: object) -> Campaign:
    """A running campaign of two SMS for `people` people, everything done that is due."""
    for number in range(people):
        make_contact(phone=f"+38067333{number:04}", consents=(Channel.SMS,))
    sender = stage.sender(Channel.SMS)
    steps = [StepPlan(channel=Channel.SMS, sender=sender, timeout=timedelta(hours=2)) for _ in range(2)]
    return stage.launch(RoutePlan(steps=steps), **fields)
