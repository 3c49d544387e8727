"""From locked rows to the situations that `decide` judges, for a whole batch at once."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Max

from campaigns.eligibility import Reach, load_reach
from campaigns.engine.decide import Gap, MessageView, Situation, StepView
from campaigns.engine.entering import latest_gap
from campaigns.engine.routes import Surroundings, load_surroundings
from campaigns.engine.stopping import lock_messages
from campaigns.models import (
    Campaign,
    DowntimeGap,
    Enrolment,
    Hit,
    Message,
    SkipReason,
    Step,
)
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Locked enrolments with everything that decisions about them need."""

    enrolments: Mapping[int, Enrolment]
    messages: Mapping[int, list[Message]]
    surroundings: Surroundings
    # By purpose, contact id and channel.
    reach: Mapping[tuple[str, int, str], Reach]
    undecided: Mapping[int, datetime]
    gaps: Sequence[DowntimeGap]

    def situation(self, enrolment: Enrolment) -> Situation:
        """What `decide` has to know of `enrolment`."""
        campaign = self.surroundings.campaigns[enrolment.campaign_id]
        steps = self.surroundings.steps[enrolment.route_id]
        messages = self.messages[enrolment.pk]
        current = messages[-1] if messages else None
        return Situation(
            due_at=_due_at(enrolment),
            steps=[self._step(campaign, enrolment, step) for step in steps],
            messages=[message_view(message, campaign) for message in messages],
            gap=self._gap(campaign, current),
            undecided_until=self.undecided.get(enrolment.pk),
            campaign_ends_at=campaign.ends_at,
            stops_once_accepted=current is not None and self._stops_once_accepted(campaign, enrolment, current),
        )

    def _step(self, campaign: Campaign, enrolment: Enrolment, step: Step) -> StepView:
        if self.surroundings.capability(step) is None:
            return StepView(position=step.position, skip_reason=SkipReason.UNSUPPORTED)
        reach = self.reach.get((campaign.purpose, enrolment.contact_id, step.channel))
        return StepView(
            position=step.position,
            skip_reason=reach.skip_reason if reach else SkipReason.NO_ADDRESS,
        )

    def _gap(self, campaign: Campaign, current: Message | None) -> Gap | None:
        sender = current.sender if current else None
        return latest_gap(self.gaps, campaign, campaign.resumed_at, sender.released_at if sender else None)

    def _stops_once_accepted(self, campaign: Campaign, enrolment: Enrolment, current: Message) -> bool:
        contact = enrolment.contact
        if contact.is_trackable or campaign.untracked != Campaign.Untracked.FIRST_ONLY:
            return False
        return self.surroundings.condition(current.step, contact) is None


def _due_at(enrolment: Enrolment) -> datetime:
    if enrolment.next_at is None:
        raise AssertionError("an open enrolment has a next_at")
    return enrolment.next_at


def message_view(message: Message, campaign: Campaign) -> MessageView:
    """`message` as `decide` sees it."""
    is_on_hold = campaign.status == CampaignStatus.PAUSED or campaign.held_at is not None
    sender = message.sender
    retry_until = message.first_attempt_at + message.step.timeout if message.first_attempt_at else None
    return MessageView(
        position=message.step.position,
        status=MessageStatus(message.status),
        fate=message.fate,
        skip_reason=message.skip_reason,
        error_class=message.error_class,
        was_accepted=message.accepted_at is not None,
        is_held=bool(message.hold_reason) or is_on_hold or bool(sender and sender.held_at),
        has_failed=message.failed_at is not None,
        queued_at=message.queued_at,
        decide_at=message.decide_at,
        retry_until=retry_until,
    )


def load_batch(enrolments: dict[int, Enrolment]) -> Batch:
    """Load what belongs to locked `enrolments`, locking their messages."""
    surroundings = load_surroundings(
        campaign_ids={row.campaign_id for row in enrolments.values()},
        route_ids={row.route_id for row in enrolments.values()},
    )
    messages = lock_messages(enrolments)
    for of_enrolment in messages.values():
        _share_senders(of_enrolment, surroundings)
    return Batch(
        enrolments=enrolments,
        messages=messages,
        surroundings=surroundings,
        reach=reach_of(enrolments.values(), surroundings),
        undecided=_undecided(enrolments),
        gaps=load_gaps(),
    )


def _share_senders(messages: Sequence[Message], surroundings: Surroundings) -> None:
    """Give the messages the senders that the batch has loaded, rather than a query each."""
    for message in messages:
        steps = surroundings.steps[message.enrolment.route_id]
        step = next((step for step in steps if step.pk == message.step_id), None)
        if step and step.sender_id == message.sender_id:
            message.sender = step.sender


def load_gaps() -> list[DowntimeGap]:
    """The last times without ticks, the latest first."""
    return list(DowntimeGap.objects.order_by("-ended_at")[:50])


class Enrolled(Protocol):
    """Somebody inside a campaign, as a row of any kind."""

    @property
    def campaign_id(self) -> int: ...
    @property
    def route_id(self) -> int: ...
    @property
    def contact_id(self) -> int: ...


def reach_of(enrolled: Iterable[Enrolled], surroundings: Surroundings) -> dict[tuple[str, int, str], Reach]:
    """Reach of the contacts on the channels of their campaigns, by purpose, contact and channel."""
    contacts: dict[str, set[int]] = defaultdict(set)
    channels: dict[str, set[str]] = defaultdict(set)
    for row in enrolled:
        purpose = surroundings.campaigns[row.campaign_id].purpose
        contacts[purpose].add(row.contact_id)
        channels[purpose].update(step.channel for step in surroundings.steps[row.route_id])
    return {
        (purpose, contact_id, channel): reach
        for purpose in contacts
        for (contact_id, channel), reach in load_reach(
            sorted(contacts[purpose]), sorted(channels[purpose]), purpose
        ).items()
    }


def _undecided(enrolments: Mapping[int, Enrolment]) -> dict[int, datetime]:
    rows = (
        Hit.objects.filter(is_machine=None, attempt__message__enrolment_id__any=enrolments)
        .values_list("attempt__message__enrolment_id")
        .annotate(until=Max("decide_at"))
    )
    return dict(rows)
