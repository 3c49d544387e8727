"""The tick: idempotent, woken by beat, it finds all work that is due, whatever the broker lost (DESIGN §3.11, §4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet

from campaigns.engine import clock, leases, stats
from campaigns.engine.due import campaigns_with_due
from campaigns.engine.launch import start_scheduled
from campaigns.lookups import first_of
from campaigns.models import Campaign, DowntimeGap, Enrolment, Hit, Message, Tick
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.consent import Purpose
from channels.models import InboundRequest, Sender

# Shorter silences are never looked at: no campaign's grace is as short.
SHORTEST_GAP = timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Work:
    """What there is to do now."""

    has_due_enrolments: bool
    has_urgent: bool
    has_signals: bool
    sender_ids: tuple[int, ...]
    unenrolled_campaign_ids: tuple[int, ...]
    has_cancelled: bool


def tick() -> Work:
    """Look once at everything. Any number of ticks may run at once, or none for a while.

    1. Record that somebody looked, and a gap if nobody had for long.
    2. Free what dead workers left.
    3. Start scheduled campaigns, finish those without anybody inside, fold the counters.
    4. Tell what else is due; tasks do it.
    """
    now = clock.now()
    note_tick(now)
    leases.reclaim(now)
    start_scheduled(now)
    finish_campaigns(now)
    stats.fold()
    return find_work(now)


@transaction.atomic
def note_tick(now: datetime) -> None:
    """Record that the product was looking at `now`; a long silence before becomes a gap.

    Everything that decides or sends calls it first, so that a task which the broker kept through a
    downtime cannot act before the gap is known. Cheap when the last tick is fresh.
    """
    last = Tick.objects.first()
    if last and abs(now - last.ticked_at) < SHORTEST_GAP / 60:
        return
    if last is None:
        Tick.objects.bulk_create([Tick(ticked_at=now)], ignore_conflicts=True)
        return
    last = Tick.objects.select_for_update().get(pk=last.pk)
    if now - last.ticked_at > SHORTEST_GAP:
        DowntimeGap.objects.bulk_create(
            [DowntimeGap(started_at=last.ticked_at, ended_at=now)],
            ignore_conflicts=True,
        )
        _look_at_queued(now)
    last.ticked_at = now
    last.save(update_fields=["ticked_at"])


def _look_at_queued(now: datetime) -> None:
    """What was queued through the gap is due for a decision at once."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE campaigns_enrolment e SET next_at = %s
            WHERE e.id IN (
                SELECT e.id FROM campaigns_enrolment e
                JOIN campaigns_message m ON m.enrolment_id = e.id AND m.status IN ('queued', 'claimed')
                WHERE e.outcome = '' AND e.next_at > %s ORDER BY e.id FOR UPDATE OF e
            )
            """,
            [now, now],
        )


def finish_campaigns(now: datetime) -> int:
    """Finish the campaigns that nobody is inside of, and nobody can enter; gives how many there were."""
    inside = Enrolment.objects.open().filter(campaign=OuterRef("pk"))
    empty = Campaign.objects.alive().alias(somebody=first_of(inside)).filter(somebody__isnull=True)
    once = empty.filter(kind=CampaignKind.ONCE, enrolled_at__isnull=False)
    over = empty.exclude(kind=CampaignKind.ONCE).filter(ends_at__lte=now)
    return sum(group.update(status=CampaignStatus.FINISHED, ended_at=now) for group in (once, over))


def find_work(now: datetime) -> Work:
    """What is due at `now` (product time), each found by one index look-up."""
    real_now = clock.real_now()
    inbound = InboundRequest.objects.filter(
        state__in=[InboundRequest.State.NEW, InboundRequest.State.WAITING],
        retry_at__lte=real_now,
    )
    hits = Hit.objects.filter(is_machine=None, decide_at__lte=now)
    due = campaigns_with_due(now)
    return Work(
        has_due_enrolments=bool(due),
        has_urgent=any(purpose == Purpose.TRANSACTIONAL for _, purpose in due) or bool(urgent_senders(now)),
        has_signals=inbound.exists() or hits.exists(),
        sender_ids=tuple(_senders(now, Campaign.objects.sending())),
        unenrolled_campaign_ids=tuple(
            Campaign.objects.alive().filter(kind=CampaignKind.ONCE, enrolled_at=None).values_list("id", flat=True)
        ),
        has_cancelled=Campaign.objects.filter(status=CampaignStatus.CANCELLED)
        .alias(somebody=first_of(Enrolment.objects.open().filter(campaign=OuterRef("pk"))))
        .filter(somebody__isnull=False)
        .exists(),
    )


def urgent_senders(now: datetime) -> list[int]:
    """The senders that have something to send at `now` for a transactional campaign."""
    return _senders(now, Campaign.objects.sending().filter(purpose=Purpose.TRANSACTIONAL))


def _senders(now: datetime, campaigns: "QuerySet[Campaign]") -> list[int]:
    queued = Message.objects.filter(
        sender=OuterRef(OuterRef("pk")),
        campaign=OuterRef("pk"),
        is_queued=True,
        available_at__lte=now,
    )
    sending = campaigns.alias(message=first_of(queued)).filter(message__isnull=False)
    senders = Sender.objects.filter(held_at=None).alias(campaign=first_of(sending)).filter(campaign__isnull=False)
    return list(senders.values_list("id", flat=True))
