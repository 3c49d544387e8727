"""Gaps between ticks, and a clock that is set back after one (DESIGN §3.11)."""

from datetime import timedelta

import pytest

from campaigns.engine import clock, ticking
from campaigns.engine.control import release_sender
from campaigns.models import Contact, DowntimeGap
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from tests.campaigns.engine.stage import Stage, enrolment_of, messages_of
from tests.factories import NOON, RoutePlan, StepPlan, make_contact


@pytest.fixture
def person() -> Contact:
    return make_contact(phone="+380671234567", consents=(Channel.SMS,))


def an_sms(stage: Stage) -> RoutePlan:
    return RoutePlan(steps=(StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS)),))


def jump(by: timedelta) -> None:
    clock.run_at(shown_at=clock.now() + by, speed=0)


def test_what_is_queued_after_a_wrong_clock_was_set_right_is_not_missed(stage: Stage, person: Contact) -> None:
    """A day ahead and back again: without a word, nothing would have left for a day."""
    for by in (timedelta(days=1), -timedelta(days=1)):
        jump(by)
        stage.run()
    stage.launch(an_sms(stage))
    assert messages_of(person)[0].status == MessageStatus.ACCEPTED


def test_what_was_queued_through_a_gap_is_missed_although_the_clock_is_set_back_a_little(
    stage: Stage, person: Contact
) -> None:
    with stage.holding(Channel.SMS):
        stage.launch(an_sms(stage))
    jump(timedelta(hours=14))
    ticking.note_tick(clock.now())
    jump(-timedelta(hours=1))
    stage.run()
    (gap,) = DowntimeGap.objects.all()
    assert (gap.started_at, gap.ended_at) == (NOON, NOON + timedelta(hours=13))
    assert enrolment_of(person).outcome == Outcome.MISSED
    assert stage.vendor.asked(stage.name) == []


def test_what_was_held_through_a_gap_leaves_when_it_is_released_by_a_clock_that_was_set_back(
    stage: Stage, person: Contact
) -> None:
    """A hold never makes anything missed."""
    with stage.holding(Channel.SMS) as sender:
        stage.launch(an_sms(stage))
        jump(timedelta(hours=14))
        stage.run()
        jump(-timedelta(hours=1))
        release_sender(sender=sender, actor=None)
    stage.run()
    assert messages_of(person)[0].status == MessageStatus.ACCEPTED
