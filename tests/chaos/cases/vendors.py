"""What a vendor may do to a request instead of answering it."""

from collections.abc import Iterator

from campaigns.models.messages import MessageStatus
from tests.chaos.judge import RETRY_AFTER_S, Answer, first
from tests.chaos.scene import Scene

# Fewer than are under way at once: after five failures a sender is left alone, and tried with one message at a time.
SOME = 10


def vendor_500(scene: Scene) -> None:
    """The vendor answers 500: it may have sent, so nothing is repeated."""
    _unclear(scene, Answer.FAIL)


def vendor_half_an_answer(scene: Scene) -> None:
    """The vendor takes a request and its answer is cut in the middle."""
    _unclear(scene, Answer.HALF)


def vendor_reset(scene: Scene) -> None:
    """The vendor takes a request and resets the connection."""
    _unclear(scene, Answer.RESET)


def vendor_silent(scene: Scene) -> None:
    """The vendor takes a request and says nothing at all."""
    _unclear(scene, Answer.HOLD)


def vendor_429(scene: Scene) -> None:
    """The vendor answers 429 with Retry-After: surely not sent, so it is repeated, and not before it may be."""
    scene.judge.play(first(SOME, Answer.REFUSE))
    scene.begin()
    scene.wait_accepted(scene.people)
    assert len(scene.judge.taken) == scene.people + SOME, "what was refused was to be asked once more"
    soonest = min(_until_asked_again(scene))
    assert soonest >= RETRY_AFTER_S, f"asked again after {soonest:.1f} s, told to wait for {RETRY_AFTER_S}"
    scene.notes.append(f"asked again after {soonest:.1f} s, told to wait for {RETRY_AFTER_S}")


def _until_asked_again(scene: Scene) -> Iterator[float]:
    """The seconds from each refusal until the next request for the same person."""
    for refused in scene.judge.taken:
        if refused.answer is Answer.REFUSE:
            later = (one.at for one in scene.judge.taken if one.recipient == refused.recipient and one.at > refused.at)
            yield (min(later) - refused.at).total_seconds()


def _unclear(scene: Scene, answer: Answer) -> None:
    """The first requests are answered so that nobody can know; they are unknown, all the others arrive."""
    scene.most_unknown = SOME
    scene.judge.play(first(SOME, answer))
    scene.begin()
    scene.wait_accepted(scene.people - SOME)
    scene.wait(lambda: scene.in_state(MessageStatus.UNKNOWN) == SOME, what="all that was answered so is unknown")
    assert len(scene.judge.taken) == scene.people, "nothing was to be asked again"
