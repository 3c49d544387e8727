"""Pause, resume and cancel campaigns; release what the engine has held."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from campaigns.engine import clock
from campaigns.engine.reasons import Reason
from campaigns.engine.stopping import CHUNK, end_enrolments
from campaigns.engine.wake import ADVANCE, DELIVER, END_CANCELLED, wake
from campaigns.models import AuditEntry, Campaign, Enrolment, Message, Outcome, User
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.messages import MessageStatus
from channels.models import Sender

_CANCELLABLE = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)
_PENDING = (MessageStatus.QUEUED, MessageStatus.CLAIMED)


class CannotDoThat(Exception):
    """The campaign is not in a state for it: it ended, or somebody else did it meanwhile."""


def can_be_paused(campaign: Campaign) -> bool:
    """Does `campaign` run?"""
    return campaign.status == CampaignStatus.RUNNING


def can_be_resumed(campaign: Campaign) -> bool:
    """Has somebody paused `campaign`, or the product held it?"""
    return campaign.status == CampaignStatus.PAUSED or (can_be_paused(campaign) and campaign.held_at is not None)


def can_be_cancelled(campaign: Campaign) -> bool:
    """Was `campaign` launched or scheduled, and is not over?"""
    return campaign.status in _CANCELLABLE


@dataclass(frozen=True, kw_only=True)
class Affected:
    """Whom pausing, resuming or cancelling touches: `open` people in all, of whom `queued` have a message
    waiting to leave, and `waiting` one that has left and is waited for."""

    open: int
    queued: int
    waiting: int


def affected(campaign: Campaign) -> Affected:
    """Count the people inside `campaign`."""
    counts = Message.objects.filter(campaign=campaign, fate="").aggregate(
        queued=Count("id", filter=Q(status__in=_PENDING)),
        waiting=Count("id", filter=~Q(status__in=_PENDING)),
    )
    return Affected(open=Enrolment.objects.open().filter(campaign=campaign).count(), **counts)


@transaction.atomic
def pause(*, campaign: Campaign, actor: User | None) -> None:
    """Nothing of `campaign` leaves any more; its clocks run on and events still count. Raises CannotDoThat."""
    locked = _lock(campaign, can_be_paused)
    locked.status = CampaignStatus.PAUSED
    locked.paused_at = clock.now()
    locked.save(update_fields=["status", "paused_at", "updated_at"])
    _audit(locked, actor, "paused")


@transaction.atomic
def resume(*, campaign: Campaign, actor: User | None) -> None:
    """Send what is left of a paused or held `campaign`, at its senders' rates. Raises CannotDoThat."""
    locked = _lock(campaign, can_be_resumed)
    locked.status = CampaignStatus.RUNNING
    locked.paused_at = None
    locked.resumed_at = clock.now()
    locked.held_at = None
    locked.held_reason = ""
    locked.save(
        update_fields=[
            "status",
            "paused_at",
            "resumed_at",
            "held_at",
            "held_reason",
            "updated_at",
        ]
    )
    _audit(locked, actor, "resumed")
    transaction.on_commit(lambda: wake(ADVANCE))


@transaction.atomic
def cancel(*, campaign: Campaign, actor: User | None) -> None:
    """End `campaign` for everybody inside; what has not left never will. Raises CannotDoThat.

    No message becomes sending after this is committed; the enrolments are ended by a task, in chunks.
    """
    locked = _lock(campaign, can_be_cancelled)
    locked.status = CampaignStatus.CANCELLED
    locked.ended_at = clock.now()
    locked.save(update_fields=["status", "ended_at", "updated_at"])
    _audit(locked, actor, "cancelled")
    transaction.on_commit(lambda: wake(END_CANCELLED))


def end_cancelled() -> int:
    """End the open enrolments of cancelled campaigns; gives how many there were. Any number may do it at once."""
    ended = 0
    while ids := list(
        Enrolment.objects.open().filter(campaign__status=CampaignStatus.CANCELLED).values_list("id", flat=True)[:CHUNK]
    ):
        ended += end_enrolments(
            enrolment_ids=ids,
            outcome=Outcome.CANCELLED,
            reason=Reason.CAMPAIGN_CANCELLED,
            at=clock.now(),
        )
    return ended


@transaction.atomic
def release_sender(*, sender: Sender, actor: User | None) -> None:
    """Let a held `sender` send again what has been waiting for it."""
    Sender.objects.filter(pk=sender.pk).update(held_at=None, held_reason="", released_at=clock.now())
    AuditEntry.objects.create(actor=actor, verb="released", subject_kind="sender", subject_id=sender.pk)
    transaction.on_commit(lambda: wake(DELIVER, sender.pk))


def _lock(campaign: Campaign, is_possible: Callable[[Campaign], bool]) -> Campaign:
    locked = Campaign.objects.select_for_update().get(pk=campaign.pk)
    if not is_possible(locked):
        raise CannotDoThat
    return locked


def _audit(campaign: Campaign, actor: User | None, verb: str) -> None:
    AuditEntry.objects.create(actor=actor, verb=verb, subject_kind="campaign", subject_id=campaign.pk)
