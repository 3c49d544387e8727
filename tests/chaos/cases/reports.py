"""What comes back: a storm of webhooks while the web server dies, and reports in every wrong order."""

from datetime import UTC, datetime, timedelta

from campaigns.models import Attempt, Condition, Enrolment, Event, Outcome
from campaigns.models.messages import MessageStatus
from channels.events import EventType
from channels.models import InboundRequest
from tests.chaos.ground import kill
from tests.chaos.judge import Answer, first
from tests.chaos.scene import Scene
from tests.chaos.storm import Report, storm

SOME = 150
# Fewer than one worker may send at once, so that the others go on.
HELD = 8


def kill_web(scene: Scene) -> None:
    """kill -9 the web server during a storm of webhooks: what it answered is stored, the rest the vendor repeats.

    The worker that reads them dies too, when it has read some and recorded nothing of them.
    """
    with scene.web() as web:
        scene.begin(condition=Condition.DELIVERED)
        scene.wait_accepted(scene.people)
        reports = [Report(key=one.key, status="DELIVRD", at=datetime.now(UTC)) for one in scene.judge.taken]
        with storm(scene.hook, reports * 2) as vendor:
            scene.wait(lambda: len(vendor.acknowledged) > SOME, what="a part of the reports is taken")
            kill(web)
            taken = [report.key for report in vendor.acknowledged]
            assert len(taken) < 2 * len(reports), "it was to die in the middle of the storm"
            stored = b"".join(bytes(body) for body in InboundRequest.objects.values_list("body", flat=True))
            assert all(key.encode() in stored for key in taken), "what was answered was to be stored"
            with scene.enrolments_locked() as lock:
                scene.wait(lock.blocks, what="what was read waits to be recorded")
                kill(scene.ground.tracker)
            scene.wait(lambda: vendor.is_over, what="the vendor has got rid of all reports")
        _all_delivered_once(scene)
        scene.notes.append(f"{len(taken)} of {2 * len(reports)} reports taken before, {vendor.refused} repeated")


def receipts_in_any_order(scene: Scene) -> None:
    """Reports that come twice, in the wrong order, before the answer to the request, and against each other."""
    with scene.web():
        scene.judge.play(first(HELD, Answer.HOLD))
        scene.begin(condition=Condition.DELIVERED)
        scene.wait(lambda: scene.judge.held == HELD, what="the vendor holds some answers back")
        early = [one.key for one in scene.judge.taken if one.answer is Answer.HOLD]
        scene.report([Report(key=key, status="DELIVRD", at=datetime.now(UTC)) for key in early])
        scene.wait(lambda: scene.told(EventType.DELIVERED) == len(early), what="the early reports are recorded")
        unheard = Attempt.objects.filter(key__in=early)
        assert {one.message.status for one in unheard} == {MessageStatus.ACCEPTED}, (
            "a report proves that the vendor has it"
        )
        scene.judge.release()
        scene.wait_accepted(scene.people)
        rest = [one.key for one in scene.judge.taken if one.key not in early]
        scene.report([report for number, key in enumerate(rest) for report in _muddle(number, key)])
        scene.wait(lambda: scene.told(EventType.DELIVERED) == scene.people, what="all reports are recorded")
        assert scene.told(EventType.SENT) == _share(rest, 0), "each event was to count once"
        assert scene.told(EventType.FAILED) == _share(rest, 1) + _share(rest, 2), "each event was to count once"
        engaged = Enrolment.objects.filter(campaign=scene.campaign, outcome=Outcome.ENGAGED).count()
        # Whom a failure has ended first, a later delivery does not bring back.
        assert scene.people - _share(rest, 2) <= engaged <= scene.people, "who was reached first was to end as engaged"
        scene.notes.append(f"{len(early)} early, {len(rest)} in the wrong order, twice or against each other")


def _share(keys: list[str], which: int) -> int:
    """For how many of `keys` the vendor tells the muddle number `which`."""
    return len(range(which, len(keys), 3))


def _muddle(number: int, key: str) -> list[Report]:
    """Delivered before it was sent, twice; delivered and then failed; failed and then delivered."""
    now = datetime.now(UTC)
    sent, delivered, failed = (
        Report(key=key, status=status, at=now - timedelta(seconds=age))
        for status, age in (("SENT", 3), ("DELIVRD", 2), ("UNDELIV", 1))
    )
    return [[delivered, sent, delivered, sent], [delivered, failed, delivered], [failed, delivered, failed]][number % 3]


def _all_delivered_once(scene: Scene) -> None:
    scene.wait(scene.is_over, what="everybody has ended")
    assert scene.told(EventType.DELIVERED) == scene.people, "each event was to count once"
    unread = InboundRequest.objects.exclude(state=InboundRequest.State.DONE)
    scene.wait(lambda: not unread.exists(), what="every report is read")
    engaged = Enrolment.objects.filter(campaign=scene.campaign, outcome=Outcome.ENGAGED).count()
    assert engaged == scene.people, "everybody was to end as engaged"
    assert Event.objects.filter(campaign_id=scene.campaign.pk).count() == scene.people, "and by nothing else"
