"""From locked rows to the situations that `decide` judges, for a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from campaigns.eligibility import Reach, load_reach
from campaigns.engine.decide import Gap, MessageView, Situation, StepView
from campaigns.engine.due import Due
from campaigns.engine.routes import Surroundings, load_surroundings
from campaigns.models import Campaign, DowntimeGap, SkipReason, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.models import Sender
from channels.rows import array, run

LOCK_MESSAGES = """
SELECT m.id, m.enrolment_id, m.step_id, m.sender_id, m.status, m.fate, m.hold_reason, m.skip_reason, m.error_class,
    m.accepted_at IS NOT NULL, m.failed_at IS NOT NULL, m.queued_at, m.decide_at, m.first_attempt_at
FROM campaigns_message m WHERE m.enrolment_id = ANY(%s::bigint[]) ORDER BY m.id FOR UPDATE
"""
UNDECIDED = """
SELECT m.enrolment_id, max(h.decide_at)
FROM campaigns_message m
JOIN campaigns_attempt a ON a.message_id = m.id
JOIN campaigns_hit h ON h.attempt_id = a.id AND h.is_machine IS NULL
WHERE m.enrolment_id = ANY(%s::bigint[]) GROUP BY m.enrolment_id
"""
UNTRACKED = "SELECT id FROM campaigns_contact WHERE id = ANY(%s::bigint[]) AND NOT is_trackable"


class Standing(NamedTuple):
    """A locked message."""

    pk: int
    enrolment_id: int
    step_id: int
    sender_id: int | None
    status: str
    fate: str
    hold_reason: str
    skip_reason: str
    error_class: str
    was_accepted: bool
    has_failed: bool
    queued_at: datetime | None
    decide_at: datetime | None
    first_attempt_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Due enrolments with everything that decisions about them need."""

    due: Sequence[Due]
    # By enrolment id, in the order of their steps.
    messages: Mapping[int, Sequence[Standing]]
    surroundings: Surroundings
    # Of the messages, which may not be those that their steps have now.
    senders: Mapping[int, Sender]
    # By purpose, contact id and channel.
    reach: Mapping[tuple[str, int, str], Reach]
    undecided: Mapping[int, datetime]
    # The contacts who may not be tracked, as far as it matters.
    untracked: frozenset[int]
    gaps: Sequence[DowntimeGap]

    def steps(self, one: Due) -> tuple[Step, ...]:
        """The steps of its route, in order."""
        return self.surroundings.steps[one.route_id]

    def campaign(self, one: Due) -> Campaign:
        """The campaign that it is inside of."""
        return self.surroundings.campaigns[one.campaign_id]

    def current(self, one: Due) -> Standing | None:
        """The message of the step that it came to last."""
        messages = self.messages.get(one.pk)
        return messages[-1] if messages else None

    def situation(self, one: Due) -> Situation:
        """What `decide` has to know of it."""
        campaign = self.campaign(one)
        steps = {step.pk: step for step in self.steps(one)}
        return Situation(
            due_at=one.due_at,
            steps=[
                StepView(position=step.position, skip_reason=reason)
                for step, reason in zip(_steps_ahead(one, self.surroundings), self.skip_reasons(one), strict=True)
            ],
            messages=[
                self._view(message, steps[message.step_id], campaign) for message in self.messages.get(one.pk, ())
            ],
            gap=self.gap(one),
            undecided_until=self.undecided.get(one.pk),
            campaign_ends_at=campaign.ends_at,
            stops_once_accepted=self._stops_once_accepted(one, steps),
        )

    def skip_reasons(self, one: Due) -> tuple[SkipReason | None, ...]:
        """For each step ahead why it could not be sent to the contact now (None: it could)."""
        purpose = self.campaign(one).purpose
        return tuple(
            self.reach[purpose, one.contact_id, step.channel].skip_reason
            if self.surroundings.capability(step)
            else SkipReason.UNSUPPORTED
            for step in _steps_ahead(one, self.surroundings)
        )

    def gap(self, one: Due) -> Gap | None:
        """The latest downtime that it may have missed something in."""
        campaign, current = self.campaign(one), self.current(one)
        sender = self.senders.get(current.sender_id or 0) if current else None
        return latest_gap(self.gaps, campaign, campaign.resumed_at, sender.released_at if sender else None)

    def _view(self, message: Standing, step: Step, campaign: Campaign) -> MessageView:
        sender = self.senders.get(message.sender_id or 0)
        is_on_hold = campaign.status == CampaignStatus.PAUSED or campaign.held_at is not None
        return MessageView(
            position=step.position,
            status=MessageStatus(message.status),
            fate=message.fate,
            skip_reason=message.skip_reason,
            error_class=message.error_class,
            was_accepted=message.was_accepted,
            is_held=bool(message.hold_reason) or is_on_hold or bool(sender and sender.held_at),
            has_failed=message.has_failed,
            queued_at=message.queued_at,
            decide_at=message.decide_at,
            retry_until=message.first_attempt_at + step.timeout if message.first_attempt_at else None,
        )

    def _stops_once_accepted(self, one: Due, steps: Mapping[int, Step]) -> bool:
        current = self.current(one)
        if current is None or one.contact_id not in self.untracked:
            return False
        is_first_only = self.campaign(one).untracked == Campaign.Untracked.FIRST_ONLY
        return is_first_only and self.surroundings.condition(steps[current.step_id], Untracked()) is None


class Untracked:
    """Any contact who may not be tracked."""

    is_trackable = False


def load_batch(due: Sequence[Due]) -> Batch:
    """Load what belongs to `due`, locking their messages."""
    surroundings = load_surroundings(
        campaign_ids={one.campaign_id for one in due}, route_ids={one.route_id for one in due}
    )
    inside = [one for one in due if one.step_position is not None]
    messages = _lock_messages(inside, surroundings)
    sender_ids = {message.sender_id for of_one in messages.values() for message in of_one if message.sender_id}
    return Batch(
        due=due,
        messages=messages,
        surroundings=surroundings,
        senders=Sender.objects.in_bulk(sender_ids) if sender_ids else {},
        reach=_reach(due, surroundings),
        undecided=dict(run(UNDECIDED, [array(one.pk for one in inside)])) if inside else {},
        untracked=_untracked(inside, surroundings),
        gaps=list(DowntimeGap.objects.order_by("-ended_at")[:50]),
    )


def _lock_messages(inside: Sequence[Due], surroundings: Surroundings) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = defaultdict(list)
    if inside:
        for row in run(LOCK_MESSAGES, [array(one.pk for one in inside)]):
            found[row[1]].append(Standing(*row))
    position = {step.pk: step.position for steps in surroundings.steps.values() for step in steps}
    for messages in found.values():
        messages.sort(key=lambda message: position[message.step_id])
    return found


def _untracked(inside: Iterable[Due], surroundings: Surroundings) -> frozenset[int]:
    careful = {
        campaign.pk
        for campaign in surroundings.campaigns.values()
        if campaign.untracked == Campaign.Untracked.FIRST_ONLY
    }
    contacts = [one.contact_id for one in inside if one.campaign_id in careful]
    return frozenset(row[0] for row in run(UNTRACKED, [array(contacts)])) if contacts else frozenset()


def _steps_ahead(one: Due, surroundings: Surroundings) -> list[Step]:
    """The steps of its route that it has not come to, in order."""
    steps, position = surroundings.steps[one.route_id], one.step_position
    return [step for step in steps if position is None or step.position > position]


def _reach(due: Iterable[Due], surroundings: Surroundings) -> dict[tuple[str, int, str], Reach]:
    """Reach of the contacts on the channels of the steps ahead of them, by purpose, contact and channel."""
    contacts: dict[str, set[int]] = defaultdict(set)
    channels: dict[str, set[str]] = defaultdict(set)
    for one in due:
        if ahead := _steps_ahead(one, surroundings):
            purpose = surroundings.campaigns[one.campaign_id].purpose
            contacts[purpose].add(one.contact_id)
            channels[purpose].update(step.channel for step in ahead)
    return {
        (purpose, contact_id, channel): reach
        for purpose in contacts
        for (contact_id, channel), reach in load_reach(
            sorted(contacts[purpose]), sorted(channels[purpose]), purpose
        ).items()
    }


def latest_gap(gaps: Sequence[DowntimeGap], campaign: Campaign, *waited_until: datetime | None) -> Gap | None:
    """The latest of `gaps` (the latest first) that is longer than the campaign's grace and was not waited through.

    What waited on purpose until some instant (None: it did not) is not late for a gap before that.
    """
    since = [at for at in waited_until if at]
    for gap in gaps:
        if gap.ended_at - gap.started_at > campaign.grace and all(gap.ended_at > at for at in since):
            return Gap(ended_at=gap.ended_at)
    return None
