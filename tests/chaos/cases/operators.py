"""People and time interfere while messages leave: stops, pauses, cancelling, a clock that jumps."""

import threading
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.models import OuterRef, Subquery

from campaigns.engine import clock, control
from campaigns.models import Enrolment, Message, Outcome
from campaigns.models.messages import MessageStatus
from tests.chaos.scene import TIMEOUT, Scene

SLOW = 100
SOME = 150
HOUR = timedelta(hours=1)
WINDOW = HOUR / 2
# DESIGN §3.9: a pause stops sends within this.
HOLDS_WITHIN = timedelta(seconds=1)


def stop_racing_timer(scene: Scene) -> None:
    """The windows of the first step close while half of the people stop: each stop is final once it is committed."""
    scene.begin(steps=2, rate=4 * SLOW)
    scene.wait_accepted(scene.people)
    stopping = scene.some_of(scene.people // 2)
    stops = threading.Thread(target=_stop, args=(scene, stopping))
    stops.start()
    scene.wait(lambda: scene.engaged > len(stopping) // 10, what="the first have stopped")
    scene.forward(TIMEOUT)
    scene.wait(lambda: not stops.is_alive(), what="all stops are committed")
    scene.wait_accepted(2 * scene.people - len(stopping))
    assert scene.engaged == len(stopping), "everybody who acted was to end as engaged"
    seconds = Message.objects.filter(enrolment__in=stopping, step__position=1)
    left = seconds.filter(sending_at__isnull=False).count()
    caught = seconds.filter(sending_at__isnull=True).count()
    scene.notes.append(f"{len(stopping)} stops, {left} after the second message, {caught} while it was about to leave")


def _stop(scene: Scene, enrolment_ids: list[int]) -> None:
    try:
        scene.stop(enrolment_ids)
    finally:
        connection.close()


def pause_resume_cancel(scene: Scene) -> None:
    """A campaign is paused, resumed and cancelled in the middle of sending."""
    scene.begin(rate=SLOW)
    scene.wait_accepted(SOME)
    control.pause(campaign=scene.campaign, actor=None)
    _let_nothing_leave(scene)
    paused_with = len(scene.judge.taken)
    control.resume(campaign=scene.campaign, actor=None)
    scene.wait_accepted(paused_with + SOME)
    control.cancel(campaign=scene.campaign, actor=None)
    _let_nothing_leave(scene)
    scene.wait(scene.is_over, what="everybody has ended")
    assert SOME < scene.accepted < scene.people, "it was to be in the middle of sending"
    scene.notes.append(f"{paused_with} before the pause, {len(scene.judge.taken)} before the end")


def _let_nothing_leave(scene: Scene) -> None:
    """Wait for some seconds, of which nothing may leave in any but the first: the vendor's notes will tell."""
    begin = datetime.now(UTC) + HOLDS_WITHIN
    scene.ground.let_pass(4 * HOLDS_WITHIN.total_seconds())
    scene.pauses.append((begin, datetime.now(UTC)))


def clock_jumps(scene: Scene) -> None:
    """The product's clock jumps an hour ahead in the middle of sending, and an hour back."""
    scene.begin(steps=2, rate=2 * SLOW, timeout=WINDOW)
    scene.wait_accepted(SOME)
    scene.forward(HOUR)
    seconds = Message.objects.filter(campaign=scene.campaign, step__position=1)
    queued = seconds.filter(status=MessageStatus.QUEUED)
    scene.wait(lambda: queued.count() >= SOME // 2, what="second messages of those accepted first wait to leave")
    scene.forward(-HOUR)
    under_way = seconds.filter(status__in=[MessageStatus.CLAIMED, MessageStatus.SENDING])
    scene.wait(lambda: not under_way.exists(), what="what was claimed before the jump has left")
    waiting, before = queued.count(), scene.accepted
    scene.ground.let_pass(3)
    assert queued.count() == waiting, "what is queued for later was not to leave early"
    assert (scene.open(), _wait_too_long(scene)) == (scene.people, 0), "all were to wait, for the lost hour at most"
    # The hour that was lost, and the window of those who were accepted last.
    scene.forward(2 * HOUR)
    scene.wait_accepted(2 * scene.people)
    early = seconds.filter(created_at__lt=_window_closed_at()).count()
    missed = Enrolment.objects.filter(campaign=scene.campaign, outcome=Outcome.MISSED).count()
    assert (early, missed) == (0, 0), "nothing was to leave before its time, and an hour is within the grace"
    scene.notes.append(f"back after {before} of {2 * scene.people}, {waiting} waited for the hour to come again")


def _wait_too_long(scene: Scene) -> int:
    """How many messages wait for longer than the hour that is to come again, and their window where it is open."""
    waiting, again = Message.objects.filter(campaign=scene.campaign, fate=""), clock.now() + HOUR
    queued = waiting.filter(status=MessageStatus.QUEUED, available_at__gt=again)
    accepted = waiting.filter(status=MessageStatus.ACCEPTED, decide_at__gt=again + WINDOW)
    return queued.count() + accepted.count()


def _window_closed_at() -> Subquery:
    """Of a second message: when the window of the first one closed."""
    firsts = Message.objects.filter(enrolment=OuterRef("enrolment"), step__position=0)
    return Subquery(firsts.values("decide_at"))
