"""The tick: idempotent, woken by beat, it finds all work that is due, whatever the broker lost (DESIGN §3.11, §4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from campaigns.engine import clock, leases, stats
from campaigns.engine.due import campaigns_with_due
from campaigns.engine.launch import start_scheduled
from campaigns.engine.terms import HAS_QUEUED
from campaigns.models import DowntimeGap, Tick
from campaigns.models.consent import Purpose
from channels.rows import run

# Somebody inside, or something queued, is looked for by a probe of an index for each campaign, and never by a join that
# reads all there are. The order is the index's: without it the planner, who knows that nearly everybody is open, goes
# through the table for the first one, and finds none in a campaign that has ended.
SOMEBODY_INSIDE = """
SELECT e.id FROM campaigns_enrolment e WHERE e.campaign_id = c.id AND e.outcome = '' ORDER BY e.next_at LIMIT 1
"""
_FINISH = """
UPDATE campaigns_campaign c SET status = 'finished', ended_at = %(now)s
WHERE c.status IN ('running', 'paused')
AND CASE c.kind WHEN 'once' THEN c.enrolled_at IS NOT NULL ELSE c.ends_at <= %(now)s END
AND ({somebody_inside}) IS NULL AND (%(campaign)s::bigint IS NULL OR c.id = %(campaign)s)
"""
FINISH = _FINISH.format(somebody_inside=SOMEBODY_INSIDE)
_SENDERS = """
SELECT s.id FROM channels_sender s WHERE s.held_at IS NULL AND (
    SELECT c.id FROM campaigns_campaign c WHERE {has_queued} LIMIT 1
) IS NOT NULL
"""
SENDERS = _SENDERS.format(has_queued=HAS_QUEUED.format(sender="s.id"))
_OTHER_WORK = """
SELECT
    (
        SELECT id FROM channels_inboundrequest WHERE state IN ('new', 'waiting') AND retry_at <= clock_timestamp()
        ORDER BY retry_at LIMIT 1
    ) IS NOT NULL OR (
        SELECT id FROM campaigns_hit WHERE is_machine IS NULL AND decide_at <= %(now)s ORDER BY decide_at LIMIT 1
    ) IS NOT NULL,
    ARRAY(
        SELECT id FROM campaigns_campaign
        WHERE status IN ('running', 'paused') AND kind = 'once' AND enrolled_at IS NULL
    ),
    EXISTS (
        SELECT FROM campaigns_campaign c WHERE c.status = 'cancelled'
        AND ({somebody_inside}) IS NOT NULL
    ),
    EXISTS (SELECT FROM campaigns_testmessage WHERE status IN ('queued', 'sending')),
    ARRAY(
        SELECT id FROM campaigns_campaign c
        WHERE status IN ('scheduled', 'running', 'paused') AND kind = 'once'
        AND launched_at > %(foretold_since)s
        AND NOT EXISTS (SELECT FROM campaigns_launchforecast f WHERE f.campaign_id = c.id)
    )
"""
# A forecast that nobody has made for so long would be none of the launch any more.
FORETOLD_WITHIN = timedelta(hours=1)
OTHER_WORK = _OTHER_WORK.format(somebody_inside=SOMEBODY_INSIDE)

# A gap that ends later than now ends now; one that would begin later never was.
END_GAPS = """
WITH gone AS (DELETE FROM campaigns_downtimegap WHERE ended_at > %(now)s RETURNING started_at)
INSERT INTO campaigns_downtimegap (started_at, ended_at)
SELECT min(started_at), %(now)s FROM gone HAVING min(started_at) < %(now)s
ON CONFLICT DO NOTHING
"""

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
    has_tests: bool
    unforetold_campaign_ids: tuple[int, ...]


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

    Where the clock has been set back no gap reaches beyond `now`: what is queued from here on has waited through none.
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
    if now < last.ticked_at:
        run(END_GAPS, {"now": now})
    elif now - last.ticked_at > SHORTEST_GAP:
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


def finish_campaigns(now: datetime, *, campaign_id: int | None = None) -> None:
    """Finish the campaigns, or only the one with `campaign_id`, that nobody is inside of, and nobody can enter."""
    run(FINISH, {"now": now, "campaign": campaign_id})


def find_work(now: datetime) -> Work:
    """What there is to do at `now` (product time)."""
    due = campaigns_with_due(now)
    sender_ids = _senders(now)
    asked = {"now": now, "foretold_since": now - FORETOLD_WITHIN}
    ((has_signals, unenrolled, has_cancelled, has_tests, unforetold),) = run(OTHER_WORK, asked)
    return Work(
        has_due_enrolments=bool(due),
        has_urgent=any(purpose == Purpose.TRANSACTIONAL for _, purpose in due)
        or bool(sender_ids and urgent_senders(now)),
        has_signals=has_signals,
        sender_ids=tuple(sender_ids),
        unenrolled_campaign_ids=tuple(unenrolled),
        has_cancelled=has_cancelled,
        has_tests=has_tests,
        unforetold_campaign_ids=tuple(unforetold),
    )


def urgent_senders(now: datetime) -> list[int]:
    """The senders that have something to send at `now` for a transactional campaign."""
    return _senders(now, is_urgent_only=True)


def _senders(now: datetime, *, is_urgent_only: bool = False) -> list[int]:
    return [row[0] for row in run(SENDERS, {"now": now, "is_urgent_only": is_urgent_only})]
