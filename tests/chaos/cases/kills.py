"""The worker that sends dies at each point of a message's way. Locks of ours hold it there, so it is hit surely."""

from typing import Any

from campaigns.engine.deliver import RECORDED_TOGETHER
from campaigns.models.consent import Purpose
from campaigns.models.messages import MessageStatus
from tests.chaos.judge import Answer, always, first
from tests.chaos.scene import FEW, Scene

STOPPING = 60
# A worker that begins more requests than it may has begun them by then.
MORE_S = 2


def kill_after_claim(scene: Scene) -> None:
    """kill -9 the worker when it has claimed and not yet marked; some people act while it keeps what is for them."""
    scene.draft()
    with scene.gate_shut() as gate:
        scene.go()
        scene.wait(
            lambda: scene.in_state(MessageStatus.CLAIMED) and gate.blocks(), what="claimed, and kept from marking"
        )
        scene.stop(scene.some_of(STOPPING))
        in_the_air = scene.kill_engine()
    assert (in_the_air, len(scene.judge.taken)) == (0, 0), "it was to die before anything was marked"
    scene.most_unknown = 0
    assert scene.in_state(MessageStatus.CLAIMED), "it was to die with messages in its hands"
    scene.end_leases()
    scene.wait_accepted(scene.people - STOPPING)
    assert scene.in_state(MessageStatus.WITHDRAWN) == STOPPING, "nothing was to leave to those who had acted"


def kill_mid_http(scene: Scene) -> None:
    """kill -9 the worker while the vendor has its requests and has answered none: only these are unknown."""
    _hold_all(scene, at_once=FEW)
    under_way = scene.kill_engine()
    assert under_way >= FEW, "it was to die while it waited for answers"
    scene.end_leases()
    _go_on(scene, under_way)


def kill_mid_http_keyed(scene: Scene) -> None:
    """The same where the vendor honours the key: everything is sent again under it, nothing is unknown."""
    _hold_all(scene, at_once=FEW, deduplicates=True)
    assert scene.kill_engine() >= FEW, "it was to die while it waited for answers"
    scene.most_unknown = 0
    scene.judge.release()
    scene.end_leases()
    scene.wait_accepted(scene.people)
    repeats = sum(one.is_repeat for one in scene.judge.taken)
    assert repeats, "what was under way was to be sent again under its key"
    scene.notes.append(f"{repeats} recognised by their key")


def kill_urgent_mid_http(scene: Scene) -> None:
    """kill -9 the worker of what is transactional in the same moment, while the others are busy."""
    with scene.ground.frozen(scene.ground.engine):
        _hold_all(scene, at_once=FEW, purpose=Purpose.TRANSACTIONAL)
        under_way = scene.kill_ticker()
    assert under_way == FEW, "it was to die while it waited for answers"
    scene.end_leases()
    _go_on(scene, under_way)


def kill_before_flush(scene: Scene) -> None:
    """kill -9 the worker when the vendor has answered and no answer is recorded yet.

    For everybody, who are several times as many as may be on the wire and in one group of answers for each task.
    """
    _hold_all(scene, is_for_everybody=True)
    with scene.enrolments_locked() as lock:
        scene.judge.release()
        scene.wait(lock.blocks, what="an answer waits to be recorded")
        under_way = scene.kill_engine(unflushed=RECORDED_TOGETHER)
    answered = sum(one.is_answered for one in scene.judge.taken)
    assert answered, "it was to die after it had been answered"
    assert scene.accepted == 0, "it was to die before anything was recorded"
    scene.end_leases()
    _go_on(scene, under_way)


def kill_after_flush(scene: Scene) -> None:
    """kill -9 the worker when its first answers are recorded and others have not come. People act before and after.

    Its leases are waited for as they are, those of requests under way included.
    """
    recorded = 100
    scene.judge.play(first(recorded, Answer.ACCEPT, then=Answer.HOLD))
    scene.begin(at_once=FEW)
    scene.wait(lambda: scene.accepted == recorded and scene.judge.held, what="a hundred recorded, others held")
    stopping = scene.some_of(STOPPING)
    scene.stop(stopping[::2])
    under_way = scene.kill_engine()
    scene.stop(stopping[1::2])
    assert scene.accepted == recorded, "what was recorded was to stay"
    assert under_way, "it was to die with requests under way"
    _go_on(scene, under_way)


def _hold_all(scene: Scene, **fields: Any) -> None:
    """Begin, and wait until the vendor holds as many requests as one task may have on the wire, and a moment more."""
    scene.judge.play(always(Answer.HOLD))
    scene.begin(**fields)
    scene.wait(lambda: scene.judge.held >= scene.at_once, what="the vendor holds what one task may send at once")
    scene.ground.let_pass(MORE_S)


def _go_on(scene: Scene, under_way: int) -> None:
    """With the leases of the dead what it had under way ends as unknown; the rest arrives, but to people who acted."""
    recorded, withdrawn = scene.accepted, scene.in_state(MessageStatus.WITHDRAWN)
    scene.judge.release()
    scene.wait_accepted(scene.people - under_way - withdrawn)
    scene.wait(lambda: not scene.on_its_way(), what="nothing is under way any more")
    assert scene.in_state(MessageStatus.UNKNOWN) == under_way, "all of these, and only these, are unknown"
    scene.notes.append(f"{recorded} recorded, {under_way} under way when it died")
