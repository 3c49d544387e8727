"""What bounds a campaign: quiet hours, frequency cap, budget, grace, schedule; some of it also while it runs."""

from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from campaigns.drafting.chains import check_sender
from campaigns.drafting.opening import NotADraft, locked, opened
from campaigns.engine import budget, clock
from campaigns.engine.rerouting import move_queued
from campaigns.models import AuditEntry, Campaign, Step, User
from channels.models import Sender


@dataclass(frozen=True, kw_only=True)
class RunningLimits:
    """The limits that may change while a campaign runs.

    `budget` is in the reporting currency, None is no limit; `priority` is one of campaigns.models.Priority.
    """

    quiet_from: time | None
    quiet_until: time | None
    cap_campaigns: int | None
    cap_days: int
    on_cap: str
    budget: Decimal | None
    priority: int


@dataclass(frozen=True, kw_only=True)
class Limits(RunningLimits):
    """All limits of a draft: after more than `grace` of downtime, what fell due in it is missed."""

    grace: timedelta
    do_machine_signals_count: bool
    untracked: str
    entry_policy: str


def set_limits(*, campaign: Campaign, limits: Limits, seen: datetime | None = None) -> None:
    """Give the draft these limits. Raises NotADraft and ChangedMeanwhile."""
    with opened(campaign, seen=seen) as draft:
        _assign(draft, asdict(limits))


def set_schedule(
    *, campaign: Campaign, starts_at: datetime | None, ends_at: datetime | None, seen: datetime | None = None
) -> None:
    """Start the draft at `starts_at` (None: as soon as it is launched) and end it at `ends_at` (None: never).

    Raises NotADraft and ChangedMeanwhile.
    """
    with opened(campaign, seen=seen) as draft:
        draft.starts_at, draft.ends_at = starts_at, ends_at


@transaction.atomic
def change_running_limits(
    *,
    campaign: Campaign,
    limits: RunningLimits,
    ends_at: datetime | None,
    actor: User | None,
    seen: datetime | None = None,
) -> None:
    """Change the limits and the end of a campaign that was launched; what changed is audited.

    Raises NotADraft for a campaign that is over, and ChangedMeanwhile.
    """
    row = _launched(campaign, seen=seen)
    changes = _assign(row, {**asdict(limits), "ends_at": ends_at})
    if changes:
        row.save(update_fields=[*changes, "updated_at"])
        (budget.end if row.budget is None else budget.begin)(row)
        _record(actor, "change_limits", row, changes)
    campaign.updated_at = row.updated_at


def change_sender(
    *, campaign: Campaign, step: Step, sender: Sender, actor: User | None, seen: datetime | None = None
) -> None:
    """Let a step of a launched campaign send from `sender` from now on; audited.

    Raises NotADraft for a campaign that is over, ChangedMeanwhile, and DraftRefused for another channel's sender.
    """
    check_sender(step.channel, sender)
    _change_sender(campaign, step, sender, actor=actor, seen=seen)
    move_queued(campaign, step, sender, clock.now())


@transaction.atomic
def _change_sender(
    campaign: Campaign, step: Step, sender: Sender, *, actor: User | None, seen: datetime | None
) -> None:
    row = _launched(campaign, seen=seen)
    before = step.sender.name if step.sender else ""
    Step.objects.filter(pk=step.pk, route__version__campaign=row).update(sender=sender)
    row.save(update_fields=["updated_at"])
    _record(actor, "change_sender", row, {f"step {step.key}": [before, sender.name]})
    campaign.updated_at = row.updated_at


def _launched(campaign: Campaign, *, seen: datetime | None) -> Campaign:
    row = locked(campaign, seen=seen)
    if row.is_editable or row.is_over:
        raise NotADraft
    return row


def _assign(campaign: Campaign, values: dict[str, Any]) -> dict[str, list[str]]:
    """Set `values` and give those that differ from what was there, as [before, after] in writing."""
    changes = {}
    for field, value in values.items():
        before = getattr(campaign, field)
        if before != value:
            changes[field] = [_written(before), _written(value)]
            setattr(campaign, field, value)
    return changes


def _written(value: Any) -> str:
    return "" if value is None else str(value)


def _record(actor: User | None, verb: str, campaign: Campaign, changes: dict[str, list[str]]) -> None:
    AuditEntry.objects.create(
        actor=actor, verb=verb, subject_kind="campaign", subject_id=campaign.pk, details={"changes": changes}
    )
