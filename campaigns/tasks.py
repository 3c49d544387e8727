"""Celery's entry points: fetch, call, wake the next. What they do is told where they call."""

import time
from typing import Any

from celery import shared_task
from celery.signals import worker_process_shutdown, worker_shutdown
from django.utils import timezone

import campaigns.audience.tasks  # noqa: F401  Celery looks for tasks in this module only
from campaigns import made_reports, report_mailing, report_schedules
from campaigns.engine import advance as advancing
from campaigns.engine import clock, control, partitions, retention, ticking
from campaigns.engine import launch as launching
from campaigns.engine import track as tracking
from campaigns.engine import urgent as hurrying
from campaigns.engine.serving import serve
from campaigns.engine.shifts import Shift, Shifts
from campaigns.engine.turns import turn
from campaigns.engine.wake import (
    ADVANCE,
    DELIVER,
    END_CANCELLED,
    ENROL_AUDIENCE,
    FORETELL,
    SEND_TESTS,
    TRACK,
    URGENT,
    wake,
)
from campaigns.forecasting.launched import foretell_launched
from campaigns.testing import sending as testing

# A task gives its worker back to others after so many seconds.
SHIFT = 20

# What this process sends.
shifts = Shifts()


@worker_process_shutdown.connect
@worker_shutdown.connect
def end_shifts(**_signal: Any) -> None:
    """A worker that is asked to end finishes what is under way. Runs in each of its processes."""
    shifts.end()


@shared_task(name="campaigns.tasks.tick")
def tick() -> None:
    """Look once at everything and wake what is due."""
    work = ticking.tick()
    for campaign_id in work.unenrolled_campaign_ids:
        wake(ENROL_AUDIENCE, campaign_id)
    for campaign_id in work.unforetold_campaign_ids:
        wake(FORETELL, campaign_id)
    found = {
        URGENT: work.has_urgent,
        TRACK: work.has_signals,
        ADVANCE: work.has_due_enrolments,
        END_CANCELLED: work.has_cancelled,
        SEND_TESTS: work.has_tests,
    }
    for task, has_work in found.items():
        if has_work:
            wake(task)
    for sender_id in work.sender_ids:
        wake(DELIVER, sender_id)


@shared_task(name=ADVANCE)
def advance() -> None:
    """Decide what is due, batch by batch, and wake the senders that got messages."""
    with turn("advance") as is_mine:
        if not is_mine:
            return
        ends_at = time.monotonic() + SHIFT
        while time.monotonic() < ends_at:
            now = clock.now()
            ticking.note_tick(now)
            count, sender_ids = advancing.advance(now)
            for sender_id in sender_ids:
                wake(DELIVER, sender_id)
            if not count:
                return


@shared_task(name=DELIVER)
def deliver(sender_id: int) -> None:
    """Send what is queued for a sender, until that is done or there is nothing to do but to wait."""
    shifts.run(("deliver", sender_id), lambda shift: serve(sender_id, shift=shift))


@shared_task(name=URGENT)
def urgent() -> None:
    """Decide and send what is transactional."""
    with turn("urgent") as is_mine:
        if is_mine:
            hurrying.hurry(shifts, shift=Shift())


@shared_task(name=TRACK)
def track() -> None:
    """Read what came back, and decide at once what it changed."""
    with turn("track") as is_mine:
        if is_mine and tracking.track():
            wake(ADVANCE)


@shared_task(name=SEND_TESTS)
def send_tests() -> None:
    """Send the test messages that somebody has confirmed."""
    testing.send_tests()


@shared_task(name=ENROL_AUDIENCE)
def bulk_enrol_audience(campaign_id: int) -> None:
    """Let a campaign's audience in."""
    launching.enrol_audience(campaign_id)


@shared_task(name=FORETELL)
def bulk_foretell(campaign_id: int) -> None:
    """Keep what is to be expected of a campaign that has just been launched."""
    foretell_launched(campaign_id)


@shared_task(name=END_CANCELLED)
def bulk_end_cancelled() -> None:
    """End the people of cancelled campaigns."""
    control.end_cancelled()


@shared_task(name="campaigns.tasks.bulk_make_partitions")
def bulk_make_partitions() -> None:
    """Make the partitions of the coming weeks."""
    partitions.make_ahead()


@shared_task(name="campaigns.tasks.bulk_forget_signals")
def bulk_forget_signals() -> None:
    """Delete hits, test messages, webhooks and files of reports that nobody needs any more."""
    retention.forget_hits()
    retention.forget_tests()
    retention.drop_inbound()
    made_reports.forget_old()


@shared_task(name=report_schedules.MAIL_TASK)
def bulk_mail_reports() -> None:
    """Mail the scheduled reports that are due, and those that somebody wants now."""
    report_schedules.fall_due(timezone.now())
    report_mailing.send_waiting()


@shared_task(name=made_reports.MAKE_TASK)
def bulk_make_reports() -> None:
    """Make the files of reports that somebody waits for."""
    made_reports.make_waiting()
