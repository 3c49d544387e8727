"""What happens next to one enrolment: the rules of DESIGN §3 as one pure function.

Frozen data in, a decision out, the clock an argument. tests/campaigns/engine/test_decide.py is its
table of situations.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.engine.reasons import Reason
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import Fate, MessageStatus, SkipReason
from channels.errors import ErrorClass

# A queued message is looked at again so often, whatever else happens to it.
RECHECK = timedelta(hours=1)
# Whose request outlasts its window is looked at again so soon; its lease will end one way or the other.
SENDING_RECHECK = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class StepView:
    """A step of the enrolment's route; `skip_reason` is why it could not be sent to this contact now."""

    position: int
    skip_reason: SkipReason | None = None


@dataclass(frozen=True, kw_only=True)
class MessageView:
    """What became of the message of one step so far.

    `queued_at` is since when it has been waiting for nothing but its turn; `decide_at` closes its
    decision window (accepted, unknown and sending ones have it); `retry_until` is set once an attempt
    has failed for now.
    """

    position: int
    status: MessageStatus
    fate: str = ""
    skip_reason: str = ""
    error_class: str = ""
    was_accepted: bool = False
    is_held: bool = False
    has_failed: bool = False
    queued_at: datetime | None = None
    decide_at: datetime | None = None
    retry_until: datetime | None = None

    @property
    def may_have_left(self) -> bool:
        """Whether the person may have it: also one that waits to be repeated under its key, as nobody answered."""
        is_unanswered = self.status is MessageStatus.UNKNOWN or self.error_class == ErrorClass.UNKNOWN
        return self.was_accepted or is_unanswered


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A time without ticks, longer than the campaign's grace: what is due or queued before its end is missed."""

    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class Situation:
    """Everything that a decision depends on, but for the time.

    `steps` are all that are ahead of it, at least; `messages` are those of all steps the enrolment came to, in order;
    the last is the current one. `undecided_until` is the latest instant at which a signal that may be a person's will
    be classified.
    `stops_once_accepted` holds for a contact who may not be tracked, where the campaign says so.
    """

    due_at: datetime
    steps: Sequence[StepView]
    messages: Sequence[MessageView] = ()
    gap: Gap | None = None
    undecided_until: datetime | None = None
    campaign_ends_at: datetime | None = None
    stops_once_accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Nothing happens before `until`."""

    until: datetime


@dataclass(frozen=True, kw_only=True)
class Close:
    """The current step is over."""

    fate: Fate
    reason: Reason
    skip_reason: SkipReason | None = None


@dataclass(frozen=True, kw_only=True)
class Skip:
    """A step is passed over."""

    position: int
    reason: SkipReason


@dataclass(frozen=True, kw_only=True)
class Send:
    """The message of the step at `position` is queued; the steps in `skips` come before it."""

    position: int
    close: Close | None = None
    skips: tuple[Skip, ...] = ()


@dataclass(frozen=True, kw_only=True)
class End:
    """The enrolment is over."""

    outcome: Outcome
    reason: Reason
    close: Close | None = None
    skips: tuple[Skip, ...] = ()


Decision = Wait | Send | End


def decide(situation: Situation, now: datetime) -> Decision:
    """What happens to the enrolment at `now` (aware)."""
    if not situation.messages:
        return _between_steps(situation, now)
    current = situation.messages[-1]
    if current.fate:
        return _between_steps(situation, now)
    if current.status in {MessageStatus.QUEUED, MessageStatus.CLAIMED}:
        return _while_queued(situation, current, now)
    if current.status is MessageStatus.SENDING:
        return Wait(until=max(_at(current.decide_at), now + SENDING_RECHECK))
    return _in_window(situation, current, now)


def _between_steps(situation: Situation, now: datetime) -> Decision:
    if _waited_through_gap(situation, situation.due_at):
        return End(outcome=Outcome.MISSED, reason=Reason.MISSED)
    return _go_on(situation, now, None)


def _waited_through_gap(situation: Situation, since: datetime) -> bool:
    return situation.gap is not None and since < situation.gap.ended_at


def _while_queued(situation: Situation, current: MessageView, now: datetime) -> Decision:
    if _is_over(situation, now):
        return _end(
            situation,
            Reason.CAMPAIGN_ENDED,
            Close(fate=Fate.ENDED, reason=Reason.CAMPAIGN_ENDED),
        )
    if current.is_held:
        return Wait(until=now + RECHECK)
    if _waited_through_gap(situation, _at(current.queued_at)):
        return _missed()
    if current.retry_until and now >= current.retry_until:
        if current.may_have_left:
            return _go_on(situation, now, Reason.TIMEOUT_UNKNOWN)
        return _go_on(situation, now, Reason.SENDER_DOWN, SkipReason.SENDER_DOWN)
    return Wait(until=min(now + RECHECK, current.retry_until or now + RECHECK))


def _in_window(situation: Situation, current: MessageView, now: datetime) -> Decision:
    if current.has_failed:
        return _go_on(situation, now, Reason.BOUNCED)
    if current.was_accepted and situation.stops_once_accepted:
        return _end(situation, Reason.UNTRACKED, Close(fate=Fate.ENDED, reason=Reason.UNTRACKED))
    decide_at = _at(current.decide_at)
    if now < decide_at:
        return Wait(until=decide_at)
    if situation.undecided_until and now < situation.undecided_until:
        return Wait(until=situation.undecided_until)
    if _waited_through_gap(situation, decide_at):
        return _missed()
    is_unknown = current.status is MessageStatus.UNKNOWN
    return _go_on(situation, now, Reason.TIMEOUT_UNKNOWN if is_unknown else Reason.TIMEOUT)


def _missed() -> End:
    return End(
        outcome=Outcome.MISSED,
        reason=Reason.MISSED,
        close=Close(fate=Fate.ENDED, reason=Reason.MISSED),
    )


def _is_over(situation: Situation, now: datetime) -> bool:
    return situation.campaign_ends_at is not None and now >= situation.campaign_ends_at


def _go_on(
    situation: Situation,
    now: datetime,
    reason: Reason | None,
    skip_reason: SkipReason | None = None,
) -> Decision:
    """To the next step that can be sent, past those that cannot; the end where there is none."""
    position = situation.messages[-1].position if situation.messages else -1
    later = [step for step in situation.steps if step.position > position]
    is_over = _is_over(situation, now)
    close = _close(reason, skip_reason, has_next=bool(later) and not is_over)
    if is_over:
        return _end(situation, Reason.CAMPAIGN_ENDED, close)
    skips: list[Skip] = []
    for step in later:
        if step.skip_reason is None:
            return Send(position=step.position, close=close, skips=tuple(skips))
        skips.append(Skip(position=step.position, reason=step.skip_reason))
    return _end(situation, Reason.CHAIN_ENDED, close, tuple(skips))


def _close(reason: Reason | None, skip_reason: SkipReason | None, *, has_next: bool) -> Close | None:
    if reason is None:
        return None
    if skip_reason:
        return Close(fate=Fate.SKIPPED, reason=reason, skip_reason=skip_reason)
    return Close(fate=Fate.ADVANCED if has_next else Fate.ENDED, reason=reason)


def _end(
    situation: Situation,
    reason: Reason,
    close: Close | None,
    skips: tuple[Skip, ...] = (),
) -> End:
    skipped = [skip.reason for skip in skips]
    if close and close.skip_reason:
        skipped.append(close.skip_reason)
    outcome = exhausted_outcome(situation.messages, skipped, is_over=reason is Reason.CAMPAIGN_ENDED)
    return End(outcome=outcome, reason=reason, close=close, skips=skips)


def exhausted_outcome(
    messages: Sequence[MessageView],
    skipped: Sequence[SkipReason],
    *,
    is_over: bool = False,
) -> Outcome:
    """The outcome of a chain that ran out without success (DESIGN §3.10).

    `messages` are those of the steps so far, `skipped` the reasons of steps passed over just now.
    When the campaign's end came before anything reached anybody, the enrolment is cancelled.
    """
    if any(message.may_have_left for message in messages):
        return Outcome.EXHAUSTED
    if is_over:
        return Outcome.CANCELLED
    ends = {_outcome_of_failure(message) for message in messages} | {_outcome_of_skip(reason) for reason in skipped}
    for outcome in (Outcome.FAILED, Outcome.UNREACHABLE, Outcome.SUPPRESSED):
        if outcome in ends:
            return outcome
    return Outcome.FAILED


def _outcome_of_failure(message: MessageView) -> Outcome | None:
    if message.skip_reason:
        return _outcome_of_skip(SkipReason(message.skip_reason))
    if message.status is not MessageStatus.FAILED:
        return None
    if message.error_class == ErrorClass.RECIPIENT:
        return Outcome.UNREACHABLE
    return Outcome.SUPPRESSED if message.error_class == ErrorClass.OPTED_OUT else Outcome.FAILED


def _outcome_of_skip(reason: SkipReason) -> Outcome:
    match reason:
        case SkipReason.NO_CONSENT | SkipReason.SUPPRESSED:
            return Outcome.SUPPRESSED
        case SkipReason.NO_ADDRESS | SkipReason.REPEATED_ADDRESS:
            return Outcome.UNREACHABLE
    return Outcome.FAILED


def _at(instant: datetime | None) -> datetime:
    if instant is None:
        raise AssertionError("the database keeps this instant with the state it belongs to")
    return instant
