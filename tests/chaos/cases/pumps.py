"""What drives the engine fails: beat, the broker, PostgreSQL, everything for a day."""

from datetime import timedelta

from campaigns.models import Enrolment, Outcome
from campaigns.models.messages import MessageStatus
from cascade_site import processes
from tests.chaos.ground import kill, stop_immediately
from tests.chaos.judge import Answer, first
from tests.chaos.scene import FEW, UNHURRIED, Scene

# Slow enough to be hit in the middle of it, and too slow to end without a tick.
SLOW = 100
SOME = 150
AWAY_S = 60
GRACE = timedelta(hours=12)


def kill_beat(scene: Scene) -> None:
    """kill -9 beat in the middle of sending, and the worker that ticks and sends what is urgent."""
    _begin_slowly(scene)
    kill(scene.ground.beat)
    kill(scene.ground.ticker)
    assert scene.accepted < scene.people, "it was to be in the middle of sending"
    scene.wait_accepted(scene.people)


def two_beats(scene: Scene) -> None:
    """Two beats from beginning to end: every tick comes twice."""
    second = scene.ground.start(processes.beat())
    _begin_slowly(scene)
    scene.wait_accepted(scene.people)
    scene.ground.dismiss(second)


def broker_emptied(scene: Scene) -> None:
    """The broker forgets every task, again and again."""
    scene.draft(rate=SLOW)
    scene.go()
    for share in (0, 1, 2, 3):
        scene.ground.broker.empty()
        scene.wait_accepted(share * scene.people // 4)
    scene.wait_accepted(scene.people)


def broker_away(scene: Scene) -> None:
    """The broker is away for a minute in the middle of sending.

    With pgmq that is PostgreSQL: longer than an answer is kept for it, so those that come meanwhile are unknown.
    """
    under_way = _begin_and_hold(scene, rate=SLOW)
    is_database = scene.ground.broker.child is scene.ground.database
    scene.most_unknown = scene.most_in_flight if is_database else 0
    kill(scene.ground.broker.child)
    scene.judge.release()
    scene.ground.keep_away(scene.ground.broker.child, AWAY_S)
    _recover(scene, under_way)


def postgres_stopped(scene: Scene) -> None:
    """PostgreSQL is stopped in immediate mode while requests are under way, and started."""
    under_way = _begin_and_hold(scene, rate=UNHURRIED)
    scene.most_unknown = scene.most_in_flight
    stop_immediately(scene.ground.database)
    scene.judge.release()
    _recover(scene, under_way)


def downtime(scene: Scene) -> None:
    """Everything is killed and stays away for 13 hours, with a grace of 12: what was due meanwhile is missed."""
    _begin_and_hold(scene, rate=SLOW)
    ground = scene.ground
    for child in (ground.beat, ground.ticker, ground.tracker):
        kill(child)
    scene.kill_engine()
    scene.judge.release()
    before = len(scene.judge.taken)
    scene.end_leases()
    scene.forward(GRACE + timedelta(hours=1))
    scene.wait(scene.is_over, what="the campaign has ended")
    missed = Enrolment.objects.filter(campaign=scene.campaign, outcome=Outcome.MISSED).count()
    assert len(scene.judge.taken) == before, "nothing was to leave late"
    assert missed == scene.people, "who was inside was to be called missed"
    scene.notes.append(f"{before} had left, {missed} missed")


def _begin_slowly(scene: Scene) -> None:
    scene.begin(rate=SLOW)
    scene.wait_accepted(SOME)


def _begin_and_hold(scene: Scene, *, rate: int) -> int:
    """Begin until some answers are recorded, none waits to be, and the vendor holds others; gives how many."""
    scene.judge.play(first(SOME, Answer.ACCEPT, then=Answer.HOLD))
    scene.begin(rate=rate, at_once=FEW)
    scene.wait(lambda: scene.accepted == SOME and scene.judge.held, what="some recorded, others held")
    return scene.judge.held


def _recover(scene: Scene, under_way: int) -> None:
    """The database is there again; of the requests under way when it went some answers may never be recorded."""
    scene.wait(lambda: not scene.in_state(MessageStatus.SENDING), what="what was under way is recorded, or given up")
    scene.end_idle_leases()
    scene.wait(lambda: not scene.on_its_way(), what="everything has left")
    unknown = scene.in_state(MessageStatus.UNKNOWN)
    assert scene.accepted + unknown == scene.people, "all the others were to arrive"
    scene.notes.append(f"{under_way} under way when it stopped")
