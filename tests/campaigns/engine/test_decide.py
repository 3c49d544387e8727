"""`decide` as a table of situations (DESIGN §3), one row each, with the rule it holds to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.engine.decide import (
    RECHECK,
    Close,
    Decision,
    End,
    Gap,
    MessageView,
    Send,
    Situation,
    Skip,
    StepView,
    Wait,
    decide,
)
from campaigns.engine.reasons import Reason
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus, SkipReason
from channels.errors import ErrorClass

NOW = datetime(2026, 2, 11, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAST, FUTURE = NOW - HOUR, NOW + HOUR
STEPS = (StepView(position=0), StepView(position=1), StepView(position=2))
NO_STEP_LEFT = (StepView(position=0),)


def unsendable(position: int, reason: SkipReason = SkipReason.NO_ADDRESS) -> StepView:
    return StepView(position=position, skip_reason=reason)


def at_step(message: MessageView, **changes: object) -> Situation:
    """An enrolment due now, whose current step has come to `message`."""
    return replace(Situation(due_at=NOW, steps=STEPS, messages=(message,)), **changes)


QUEUED = MessageView(position=0, status=MessageStatus.QUEUED, queued_at=PAST)
SENDING = MessageView(position=0, status=MessageStatus.SENDING, decide_at=FUTURE)
ACCEPTED = MessageView(position=0, status=MessageStatus.ACCEPTED, was_accepted=True, decide_at=FUTURE)
EXPIRED = replace(ACCEPTED, decide_at=NOW)
UNKNOWN = MessageView(position=0, status=MessageStatus.UNKNOWN, decide_at=NOW)
FAILED = MessageView(
    position=0, status=MessageStatus.FAILED, error_class=ErrorClass.RECIPIENT, fate=Fate.ADVANCED, has_failed=True
)
SKIPPED = MessageView(position=0, status=MessageStatus.SKIPPED, fate=Fate.SKIPPED, skip_reason=SkipReason.SUPPRESSED)
AFTER_DOWNTIME = Gap(ended_at=NOW - timedelta(minutes=1))
ADVANCED = Close(fate=Fate.ADVANCED, reason=Reason.TIMEOUT)
ENDED = Close(fate=Fate.ENDED, reason=Reason.TIMEOUT)
MISSED = End(outcome=Outcome.MISSED, reason=Reason.MISSED)
MISSED_AT_STEP = replace(MISSED, close=Close(fate=Fate.ENDED, reason=Reason.MISSED))

TABLE: dict[str, tuple[Situation, Decision]] = {
    # §3.1 a new enrolment starts with its first step.
    "new": (Situation(due_at=NOW, steps=STEPS), Send(position=0)),
    # §3.3 a step that cannot be sent is skipped, the next starts at once.
    "first step has no address": (
        Situation(due_at=NOW, steps=(unsendable(0), *STEPS[1:])),
        Send(position=1, skips=(Skip(position=0, reason=SkipReason.NO_ADDRESS),)),
    ),
    # §3.10 nothing reached a vendor for want of an address.
    "no step has an address": (
        Situation(due_at=NOW, steps=(unsendable(0),)),
        End(
            outcome=Outcome.UNREACHABLE,
            reason=Reason.CHAIN_ENDED,
            skips=(Skip(position=0, reason=SkipReason.NO_ADDRESS),),
        ),
    ),
    # §3.10 every step skipped for consent or suppression.
    "no step has consent": (
        Situation(due_at=NOW, steps=(unsendable(0, SkipReason.NO_CONSENT),)),
        End(
            outcome=Outcome.SUPPRESSED,
            reason=Reason.CHAIN_ENDED,
            skips=(Skip(position=0, reason=SkipReason.NO_CONSENT),),
        ),
    ),
    # §3.10 when mixed, unreachable comes before suppressed.
    "one step without address, one without consent": (
        Situation(due_at=NOW, steps=(unsendable(0), unsendable(1, SkipReason.NO_CONSENT))),
        End(
            outcome=Outcome.UNREACHABLE,
            reason=Reason.CHAIN_ENDED,
            skips=(
                Skip(position=0, reason=SkipReason.NO_ADDRESS),
                Skip(position=1, reason=SkipReason.NO_CONSENT),
            ),
        ),
    ),
    # §3.10 when mixed, failed comes before all.
    "one step unsupported, one without address": (
        Situation(due_at=NOW, steps=(unsendable(0, SkipReason.UNSUPPORTED), unsendable(1))),
        End(
            outcome=Outcome.FAILED,
            reason=Reason.CHAIN_ENDED,
            skips=(
                Skip(position=0, reason=SkipReason.UNSUPPORTED),
                Skip(position=1, reason=SkipReason.NO_ADDRESS),
            ),
        ),
    ),
    # §3.1 queued: looked at again later.
    "queued": (at_step(QUEUED), Wait(until=NOW + RECHECK)),
    "claimed": (at_step(replace(QUEUED, status=MessageStatus.CLAIMED)), Wait(until=NOW + RECHECK)),
    # §3.1 a message that was refused for now is looked at when its time is used up.
    "queued for a retry": (
        at_step(replace(QUEUED, retry_until=NOW + timedelta(minutes=5))),
        Wait(until=NOW + timedelta(minutes=5)),
    ),
    # §3.1 ... and then skipped as sender_down.
    "retries used up": (
        at_step(replace(QUEUED, retry_until=NOW)),
        Send(
            position=1,
            close=Close(fate=Fate.SKIPPED, reason=Reason.SENDER_DOWN, skip_reason=SkipReason.SENDER_DOWN),
        ),
    ),
    # §3.10 nothing accepted, for reasons of the sender: failed.
    "retries used up at the last step": (
        at_step(replace(QUEUED, retry_until=NOW), steps=NO_STEP_LEFT),
        End(
            outcome=Outcome.FAILED,
            reason=Reason.CHAIN_ENDED,
            close=Close(fate=Fate.SKIPPED, reason=Reason.SENDER_DOWN, skip_reason=SkipReason.SENDER_DOWN),
        ),
    ),
    # §4 one that nobody answered may have arrived: no step of it was skipped, and the chain has reached somebody.
    "unanswered, repetitions used up": (
        at_step(replace(QUEUED, retry_until=NOW, error_class=ErrorClass.UNKNOWN)),
        Send(position=1, close=Close(fate=Fate.ADVANCED, reason=Reason.TIMEOUT_UNKNOWN)),
    ),
    "unanswered, repetitions used up at the last step": (
        at_step(replace(QUEUED, retry_until=NOW, error_class=ErrorClass.UNKNOWN), steps=NO_STEP_LEFT),
        End(
            outcome=Outcome.EXHAUSTED,
            reason=Reason.CHAIN_ENDED,
            close=Close(fate=Fate.ENDED, reason=Reason.TIMEOUT_UNKNOWN),
        ),
    ),
    # §3.1 holds use up nothing, however long.
    "held, retries used up": (at_step(replace(QUEUED, is_held=True, retry_until=PAST)), Wait(until=NOW + RECHECK)),
    # §3.11 what was queued through a downtime is missed.
    "queued through a downtime": (at_step(QUEUED, gap=AFTER_DOWNTIME), MISSED_AT_STEP),
    # §3.11 holds and pauses never make anything missed.
    "held through a downtime": (at_step(replace(QUEUED, is_held=True), gap=AFTER_DOWNTIME), Wait(until=NOW + RECHECK)),
    # §3.11 queued after the downtime.
    "queued after a downtime": (at_step(replace(QUEUED, queued_at=NOW), gap=AFTER_DOWNTIME), Wait(until=NOW + RECHECK)),
    # §3.11 a launch that fell into the downtime.
    "new, due before a downtime's end": (Situation(due_at=PAST, steps=STEPS, gap=AFTER_DOWNTIME), MISSED),
    # §4 nobody decides about a request that is under way.
    "sending": (at_step(SENDING), Wait(until=FUTURE)),
    # §3.1 accepted: until decide_at.
    "accepted, window open": (at_step(ACCEPTED), Wait(until=FUTURE)),
    # §3.3 the window closes without success: the next step.
    "accepted, window closed": (at_step(EXPIRED), Send(position=1, close=ADVANCED)),
    # §3.3 no next step: the end; §3.10 something was accepted: exhausted.
    "accepted, window closed at the last step": (
        at_step(EXPIRED, steps=NO_STEP_LEFT),
        End(outcome=Outcome.EXHAUSTED, reason=Reason.CHAIN_ENDED, close=ENDED),
    ),
    # §3.7 a decision waits for an undecided signal.
    "window closed, signal undecided": (
        at_step(EXPIRED, undecided_until=NOW + timedelta(seconds=8)),
        Wait(until=NOW + timedelta(seconds=8)),
    ),
    "window closed, signal decided by now": (at_step(EXPIRED, undecided_until=NOW), Send(position=1, close=ADVANCED)),
    # §3.11 a window that closed in a downtime starts no late blast.
    "window closed in a downtime": (
        at_step(replace(ACCEPTED, decide_at=PAST), gap=AFTER_DOWNTIME),
        MISSED_AT_STEP,
    ),
    # §3.3 a permanent failure after acceptance: the next step at once.
    "bounced after acceptance": (
        at_step(replace(ACCEPTED, has_failed=True)),
        Send(position=1, close=Close(fate=Fate.ADVANCED, reason=Reason.BOUNCED)),
    ),
    # §3.7 somebody who may not be tracked, where the campaign sends only one message to them.
    "untracked, first message accepted": (
        at_step(ACCEPTED, stops_once_accepted=True),
        End(
            outcome=Outcome.EXHAUSTED,
            reason=Reason.UNTRACKED,
            close=Close(fate=Fate.ENDED, reason=Reason.UNTRACKED),
        ),
    ),
    # §4 unknown waits for its window as if it had been sent.
    "unknown, window open": (at_step(replace(UNKNOWN, decide_at=FUTURE)), Wait(until=FUTURE)),
    "unknown, window closed": (
        at_step(UNKNOWN),
        Send(position=1, close=Close(fate=Fate.ADVANCED, reason=Reason.TIMEOUT_UNKNOWN)),
    ),
    # §3.10 unknown counts as if something had been accepted.
    "unknown at the last step": (
        at_step(UNKNOWN, steps=NO_STEP_LEFT),
        End(
            outcome=Outcome.EXHAUSTED,
            reason=Reason.CHAIN_ENDED,
            close=Close(fate=Fate.ENDED, reason=Reason.TIMEOUT_UNKNOWN),
        ),
    ),
    # §3.3 between steps: the last one's fate is known, the next starts.
    "failed": (at_step(FAILED), Send(position=1)),
    "skipped when it was about to be sent": (at_step(SKIPPED), Send(position=1)),
    # §3.10 a bad number is no usable address.
    "failed at the last step": (
        at_step(FAILED, steps=NO_STEP_LEFT),
        End(outcome=Outcome.UNREACHABLE, reason=Reason.CHAIN_ENDED),
    ),
    "failed for its content at the last step": (
        at_step(replace(FAILED, error_class=ErrorClass.CONTENT), steps=NO_STEP_LEFT),
        End(outcome=Outcome.FAILED, reason=Reason.CHAIN_ENDED),
    ),
    # §3.10 a message that was accepted and then bounced was accepted.
    "bounced at the last step": (
        at_step(replace(ACCEPTED, has_failed=True, fate=Fate.ENDED), steps=NO_STEP_LEFT),
        End(outcome=Outcome.EXHAUSTED, reason=Reason.CHAIN_ENDED),
    ),
    # §3.11 between two steps in a downtime.
    "between steps through a downtime": (at_step(FAILED, due_at=PAST, gap=AFTER_DOWNTIME), MISSED),
    # After the campaign's end no step starts; who has had a message was not reached, the others are left out.
    "window closed after the campaign's end": (
        at_step(EXPIRED, campaign_ends_at=PAST),
        End(outcome=Outcome.EXHAUSTED, reason=Reason.CAMPAIGN_ENDED, close=ENDED),
    ),
    "new after the campaign's end": (
        Situation(due_at=NOW, steps=STEPS, campaign_ends_at=PAST),
        End(outcome=Outcome.CANCELLED, reason=Reason.CAMPAIGN_ENDED),
    ),
    "queued at the campaign's end": (
        at_step(QUEUED, campaign_ends_at=NOW),
        End(
            outcome=Outcome.CANCELLED,
            reason=Reason.CAMPAIGN_ENDED,
            close=Close(fate=Fate.ENDED, reason=Reason.CAMPAIGN_ENDED),
        ),
    ),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table_of_situations(name: str) -> None:
    """A condition that does not wait, or takes both paths, is what mautic#12232, #10205 and #2171 were about."""
    situation, decision = TABLE[name]
    assert decide(situation, NOW) == decision


def test_a_later_step_is_skipped_and_the_one_behind_it_sent() -> None:
    steps = (STEPS[0], unsendable(1, SkipReason.NO_CONSENT), STEPS[2])
    assert decide(at_step(EXPIRED, steps=steps), NOW) == Send(
        position=2, close=ADVANCED, skips=(Skip(position=1, reason=SkipReason.NO_CONSENT),)
    )
