"""Made-up histories of whole campaigns: rows as the engine leaves them, and the counters that go with them."""

import uuid
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from random import Random

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.reasons import Reason
from campaigns.engine.stats import fold
from campaigns.models import (
    Campaign,
    Enrolment,
    Fate,
    HoldReason,
    Message,
    Outcome,
    Route,
    SkipReason,
    Step,
    StepDelta,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.kinds import Channel
from tests.campaigns.recounting import FIRST_TIMES
from tests.factories import NOON, RoutePlan, StepPlan, make_campaign, make_enrolment, make_message, make_segment

# The columns that a signal may set; sending sets the others.
SIGNALS_OF_PEOPLE = [column for column in FIRST_TIMES if column not in {"accepted_at", "failed_at"}]
WAITING = {
    MessageStatus.QUEUED: Counter.NOW_QUEUED,
    MessageStatus.CLAIMED: Counter.NOW_CLAIMED,
    MessageStatus.SENDING: Counter.NOW_SENDING,
    MessageStatus.ACCEPTED: Counter.NOW_ACCEPTED,
    MessageStatus.UNKNOWN: Counter.NOW_UNKNOWN,
}
REASONS = {"": "", "engaged": Reason.CLICKED, "advanced": Reason.TIMEOUT, "ended": Reason.CHAIN_ENDED}
LANGUAGES = ("uk", "ru", "")
DONE = (MessageStatus.ACCEPTED, MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.WITHDRAWN)


def make_history(*, random: Random, people: int) -> Campaign:
    """A running campaign of two routes that share a step, and the passages of `people` contacts, all counted."""
    shared = StepPlan(channel=Channel.SMS, key="shared")
    short = RoutePlan(segment=make_segment(), steps=[StepPlan(channel=Channel.VIBER, key="viber"), shared])
    long = RoutePlan(
        steps=[StepPlan(channel=Channel.PUSH, key="push"), shared, StepPlan(channel=Channel.EMAIL, key="email")]
    )
    campaign = make_campaign(status=CampaignStatus.RUNNING, routes=[short, long])
    routes = list(Route.objects.filter(version=campaign.version))
    for person in range(people):
        enrolment = make_enrolment(
            campaign=campaign, route=random.choice(routes), language=LANGUAGES[person % len(LANGUAGES)]
        )
        _close(enrolment, list(_walk(enrolment, random)), random)
        count_passage(enrolment)
        fold(limit=random.randint(0, 50))
    return campaign


def _walk(enrolment: Enrolment, random: Random) -> Iterator[Message]:
    """The messages of the steps that the enrolment comes to; after one, the next may not have begun yet."""
    steps = list(enrolment.route.steps.order_by("position"))
    for step in steps:
        if random.random() < 0.1:
            return
        onward = [Fate.SKIPPED] if step == steps[-1] else [Fate.SKIPPED, Fate.ADVANCED, Fate.ADVANCED]
        fate = random.choice([*onward, Fate.ENGAGED, Fate.ENDED, ""])
        yield _skip(enrolment, step, random) if fate == Fate.SKIPPED else _enter(enrolment, step, fate, random)
        if fate not in onward:
            return


def _skip(enrolment: Enrolment, step: Step, random: Random) -> Message:
    reason = random.choice(list(SkipReason))
    return make_message(
        enrolment=enrolment,
        step=step,
        status=MessageStatus.SKIPPED,
        queued_at=None,
        skip_reason=reason,
        fate=Fate.SKIPPED,
        fate_reason=reason,
        fate_at=NOON,
    )


def _enter(enrolment: Enrolment, step: Step, fate: str, random: Random) -> Message:
    status = random.choice(DONE if fate else list(WAITING))
    is_claimed = status == MessageStatus.CLAIMED
    signals = random.sample(SIGNALS_OF_PEOPLE, k=random.randint(0, 4)) if status == MessageStatus.ACCEPTED else []
    is_held = status == MessageStatus.QUEUED and random.random() < 0.5
    return make_message(
        enrolment=enrolment,
        step=step,
        status=status,
        fate=fate,
        fate_reason=REASONS[fate],
        fate_at=NOON if fate else None,
        hold_reason=HoldReason.QUIET_HOURS if is_held else "",
        claim_token=uuid.uuid4() if is_claimed else None,
        failed_at=NOON if status == MessageStatus.FAILED or (fate and random.random() < 0.1) else None,
        cost=Decimal("0.03") if status in {MessageStatus.ACCEPTED, MessageStatus.UNKNOWN} else 0,
        **dict.fromkeys(signals, NOON),
    )


def _close(enrolment: Enrolment, messages: list[Message], random: Random) -> None:
    """End the enrolment as its last message says; one that stands between two steps may still be open."""
    others = [outcome for outcome in Outcome if outcome != Outcome.ENGAGED]
    fate = messages[-1].fate if messages else Fate.ADVANCED
    outcome = {
        "": "",
        Fate.ENGAGED: Outcome.ENGAGED,
        Fate.ENDED: random.choice(others),
        Fate.SKIPPED: random.choice(["", *others]),
        Fate.ADVANCED: random.choice(["", Outcome.ENGAGED]),
    }[fate]
    enrolment.step_position = messages[-1].step.position if messages else None
    enrolment.outcome = outcome
    enrolment.next_at, enrolment.ended_at = (None, NOON) if outcome else (NOON, None)
    enrolment.ended_by = Reason.CLICKED if outcome == Outcome.ENGAGED else Reason.CHAIN_ENDED if outcome else ""
    enrolment.engaged_late_at = NOON if outcome in others and random.random() < 0.3 else None
    if outcome == Outcome.ENGAGED:
        accepted = [message for message in messages if message.accepted_at]
        credit = random.choice(accepted) if accepted else None
        enrolment.credit_step_key = credit.step.key if credit else ""
        enrolment.is_late = bool(credit) and credit != messages[-1]
    enrolment.save()


def count_passage(enrolment: Enrolment) -> None:
    """Append what the engine would have counted by the time that `enrolment` is as it is."""
    told = changes(enrolment)
    StepDelta.objects.bulk_create(change(enrolment, name, step=step, value=value) for step, name, value in told)


def changes(enrolment: Enrolment) -> Iterator[tuple[Step | None, str, Decimal | int]]:
    """What the engine has counted by the time that `enrolment` is as it is: (step, counter, value)."""
    yield None, Counter.AUDIENCE, 1
    if enrolment.engaged_late_at:
        yield None, Counter.ENGAGED_AFTER_END, 1
    if enrolment.outcome:
        yield None, counters.outcome(enrolment.outcome), 1
    if enrolment.outcome == Outcome.ENGAGED:
        if not enrolment.messages.filter(fate=Fate.ENGAGED).exists():
            yield None, Counter.ENGAGED, 1
        credit = enrolment.route.steps.filter(key=enrolment.credit_step_key).first()
        yield credit, Counter.CREDIT, 1
        if enrolment.is_late:
            yield credit, Counter.LATE, 1
    for message in enrolment.messages.select_related("step"):
        for counter, value in _changes_of_message(message):
            yield message.step, counter, value


def _changes_of_message(message: Message) -> Iterator[tuple[str, Decimal | int]]:
    yield Counter.CAME, 1
    if message.fate == Fate.SKIPPED:
        yield counters.skipped(message.skip_reason), 1
        return
    # Every message was queued once, and left that place when it went on.
    yield Counter.NOW_QUEUED, 1
    yield Counter.NOW_QUEUED, -1
    yield _standing(message), 1
    if message.status == MessageStatus.UNKNOWN:
        yield Counter.UNKNOWN, 1
    yield Counter.COST, message.cost
    for column, counter in FIRST_TIMES.items():
        if getattr(message, column):
            yield counter, 1


def _standing(message: Message) -> str:
    """The counter of where the message's person is, or of what became of them."""
    if message.fate:
        return message.fate
    return Counter.NOW_HELD if message.hold_reason else WAITING[MessageStatus(message.status)]


def count(
    enrolment: Enrolment,
    counter: str,
    *,
    step: Step | None = None,
    value: Decimal | int = 1,
    hour: datetime = NOON,
) -> None:
    """Append a change of `counter`."""
    change(enrolment, counter, step=step, value=value, hour=hour).save()


def change(
    enrolment: Enrolment, counter: str, *, step: Step | None, value: Decimal | int, hour: datetime = NOON
) -> StepDelta:
    """A change of `counter`, not saved."""
    return StepDelta(
        campaign_id=enrolment.campaign_id,
        version_id=enrolment.version_id,
        route_id=enrolment.route_id,
        step_key=step.key if step else "",
        sender_id=(step.sender_id if step else None) or 0,
        language=enrolment.language,
        hour=hour,
        counter=counter,
        value=value,
    )
