"""The worker that sends dies at each point of a message's way. Locks of ours hold it there, so it is hit surely."""

from campaigns.models.messages import MessageStatus
from tests.chaos.judge import Answer, always, first
from tests.chaos.scene import IN_FLIGHT, Scene


def kill_after_claim(scene: Scene) -> None:
    """kill -9 the worker when it has claimed and not yet marked; its leases are waited for as they are."""
    scene.draft()
    with scene.gate_shut() as gate:
        scene.go()
        scene.wait(
            lambda: scene.in_state(MessageStatus.CLAIMED) and gate.blocks(), what="claimed, and kept from marking"
        )
        in_the_air = scene.kill_engine()
    assert (in_the_air, len(scene.judge.taken)) == (0, 0), "it was to die before anything was marked"
    assert scene.in_state(MessageStatus.CLAIMED), "it was to die with messages in its hands"
    scene.wait_accepted(scene.people)


def kill_mid_http(scene: Scene) -> None:
    """kill -9 the worker while the vendor has its requests and has answered none."""
    scene.judge.play(always(Answer.HOLD))
    scene.begin()
    scene.wait(lambda: scene.judge.held >= IN_FLIGHT, what="the vendor holds what one worker may send at once")
    scene.most_unknown = scene.kill_engine()
    assert scene.most_unknown >= IN_FLIGHT, "it was to die while it waited for answers"
    _go_on(scene)


def kill_mid_http_keyed(scene: Scene) -> None:
    """The same where the vendor honours the key: everything is sent again under it, nothing is unknown."""
    scene.judge.play(always(Answer.HOLD))
    scene.begin(deduplicates=True)
    scene.wait(lambda: scene.judge.held >= IN_FLIGHT, what="the vendor holds what one worker may send at once")
    in_the_air = scene.kill_engine()
    assert in_the_air >= IN_FLIGHT, "it was to die while it waited for answers"
    scene.judge.release()
    scene.end_leases()
    scene.wait_accepted(scene.people)
    repeats = sum(one.is_repeat for one in scene.judge.taken)
    assert repeats, "what was under way was to be sent again under its key"
    scene.notes.append(f"{repeats} recognised by their key")


def kill_before_flush(scene: Scene) -> None:
    """kill -9 the worker when the vendor has answered and no answer is recorded yet."""
    scene.judge.play(always(Answer.HOLD))
    scene.begin()
    scene.wait(lambda: scene.judge.held >= IN_FLIGHT, what="the vendor holds what one worker may send at once")
    with scene.enrolments_locked() as lock:
        scene.judge.release()
        scene.wait(lock.blocks, what="an answer waits to be recorded")
        scene.most_unknown = scene.kill_engine()
    answered = sum(one.is_answered for one in scene.judge.taken)
    assert answered, "it was to die after it had been answered"
    assert scene.accepted == 0, "it was to die before anything was recorded"
    _go_on(scene)


def kill_after_flush(scene: Scene) -> None:
    """kill -9 the worker when its first answers are recorded and others have not come."""
    recorded = 100
    scene.judge.play(first(recorded, Answer.ACCEPT, then=Answer.HOLD))
    scene.begin()
    scene.wait(lambda: scene.accepted == recorded and scene.judge.held, what="a hundred recorded, others held")
    scene.most_unknown = scene.kill_engine()
    assert scene.accepted == recorded, "what was recorded was to stay"
    assert scene.most_unknown, "it was to die with requests under way"
    _go_on(scene)


def _go_on(scene: Scene) -> None:
    """The leases of the dead end; what it had under way is unknown, all the rest arrives."""
    lost_sight_of, recorded = scene.most_unknown, scene.accepted
    scene.judge.release()
    scene.end_leases()
    scene.wait_accepted(scene.people - lost_sight_of)
    scene.wait(lambda: not scene.on_its_way(), what="nothing is under way any more")
    assert scene.in_state(MessageStatus.UNKNOWN) == lost_sight_of, "all of these, and only these, are unknown"
    scene.notes.append(f"{recorded} recorded, {lost_sight_of} under way when it died")
