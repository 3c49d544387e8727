"""A row that cannot be decided is that row's trouble: everybody else in its batch goes on."""

import logging
from datetime import timedelta

import pytest

from campaigns.engine import clock
from campaigns.engine.advance import AFTER_ERROR, advance
from campaigns.engine.flows import KEPT, moved_since
from campaigns.models import Contact, Message
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus
from campaigns.reports import campaign_report
from channels.kinds import Channel
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of
from tests.factories import RoutePlan, StepPlan, make_contact

WINDOW = timedelta(hours=2)
# A word of a version that is newer than the one that reads it.
STRANGE = "postponed"


def somebody(number: int) -> Contact:
    return make_contact(phone=f"+38067111000{number}", consents=(Channel.SMS, Channel.VIBER))


def sms_then_viber(stage: Stage) -> RoutePlan:
    return RoutePlan(
        steps=tuple(
            StepPlan(channel=channel, sender=stage.sender(channel), timeout=WINDOW)
            for channel in (Channel.SMS, Channel.VIBER)
        )
    )


def test_one_row_that_cannot_be_decided_never_stops_the_batch(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    """A unique-key error of one contact stalled a whole campaign: mautic#9797."""
    good, bad, other = [somebody(number) for number in range(3)]
    campaign = stage.launch(sms_then_viber(stage))
    Message.objects.filter(enrolment__contact=bad).update(status=STRANGE)
    clock.run_at(shown_at=clock.now() + WINDOW, speed=0)
    with caplog.at_level(logging.CRITICAL, logger="campaigns.engine.advance"):
        looked_at, _ = advance(clock.now())
    assert looked_at == 3
    assert [one.fate for person in (good, bad, other) for one in messages_of(person)[:1]] == [
        Fate.ADVANCED,
        "",
        Fate.ADVANCED,
    ]
    assert enrolment_of(bad).next_at == clock.now() + AFTER_ERROR

    stage.run()
    assert [len(messages_of(person)) for person in (good, bad, other)] == [2, 1, 2]
    assert moved_since(clock.real_now() - KEPT).undecided_ids == {campaign.pk}, "an alert tells of it"

    Message.objects.filter(status=STRANGE).update(status=MessageStatus.ACCEPTED)
    stage.forward(hours=5)
    assert [enrolment_of(person).outcome for person in (good, bad, other)] == [Outcome.EXHAUSTED] * 3
    assert campaign_report(campaign.pk).problems() == []
