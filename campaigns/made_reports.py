"""Reports made in the background: asked for once, made by whoever holds the lease, kept for some days.

1. A report is claimed by compare-and-set on its lease, so that two workers never make the same one.
2. As campaigns are counted the lease is renewed, and the page is told how many are done. A renewal that finds the
   lease gone ends the making: somebody else is at it.
3. File and state are written in one statement, if the lease is still held.
4. A worker that dies leaves a lease that runs out; the next tick's worker makes the report anew, TRIES times at most.
"""

import logging
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone, translation

from campaigns.document_files import as_bytes, title_of
from campaigns.documents_period import period_document
from campaigns.engine.wake import wake
from campaigns.engine.waking import zone
from campaigns.exporting import FileFormat
from campaigns.models import MadeReport, User
from campaigns.periods import Period
from campaigns.reports_period import count_of

logger = logging.getLogger(__name__)

MAKE_TASK = "campaigns.tasks.bulk_make_reports"
# A report of more campaigns is made in the background.
MOST_AT_ONCE = 1_000
LEASE = timedelta(minutes=3)
TRIES = 3
KEPT = timedelta(days=7)
State = MadeReport.State


class LeaseLost(Exception):
    """Another worker took the report over: this one must not write any more."""


class Lease:
    """A worker's right to make a report: whoever wrote `lease_until` last has it."""

    def __init__(self, report_id: int, until: datetime) -> None:
        self.report_id = report_id
        self._until = until

    @classmethod
    def take(cls, report_id: int) -> "Lease | None":
        """The right to a report that waits, or whose worker is silent; None if there is nothing to take."""
        until = timezone.now() + LEASE
        free = _free().filter(pk=report_id, tries__lt=TRIES)
        changes = {"state": State.MAKING, "lease_until": until, "campaigns_counted": 0}
        return cls(report_id, until) if free.update(tries=F("tries") + 1, **changes) else None

    def tell(self, counted: int, total: int) -> None:
        """Say that so many of the campaigns are counted, and keep the right. Raises LeaseLost."""
        until = timezone.now() + LEASE
        if not self._mine().update(campaigns_counted=counted, campaigns_total=total, lease_until=until):
            raise LeaseLost
        self._until = until

    def end(self, *, title: str, file: bytes, made_at: datetime) -> bool:
        """Keep the report, whose figures were read at `made_at`; gives whether the right was still there."""
        told = {"state": State.READY, "made_at": made_at, "title": title[:300], "file": file}
        return bool(self._mine().update(**told))

    def fail(self) -> None:
        """It cannot be made. Nothing happens where the right was lost."""
        self._mine().update(state=State.FAILED)

    def _mine(self) -> QuerySet[MadeReport]:
        return MadeReport.objects.filter(pk=self.report_id, state=State.MAKING, lease_until=self._until)


def is_for_later(period: Period) -> bool:
    """Are there so many campaigns in `period` that its files are made in the background?"""
    return count_of(period) > MOST_AT_ONCE


@transaction.atomic
def ask_for(*, user: User, period: Period, file_format: FileFormat, table: str = "") -> MadeReport:
    """Have the report of `period` made for `user`, in the language and time zone of now; `table` is that of a CSV.

    Gives the one under way where they have asked for the same before.
    """
    report, is_new = MadeReport.objects.get_or_create(
        user=user,
        begins_on=period.begins_on,
        ends_on=period.ends_on,
        preset=period.preset,
        file_format=file_format,
        table=table,
        language=translation.get_language(),
        time_zone=timezone.get_current_timezone_name(),
        state__in=[State.WAITING, State.MAKING],
        defaults={
            "state": State.WAITING,
            "campaigns_total": count_of(period),
            "lease_until": timezone.now(),
        },
    )
    if is_new:
        transaction.on_commit(lambda: wake(MAKE_TASK))
    return report


def make_waiting() -> int:
    """Make the reports that wait or whose worker died, one after another; gives how many were made."""
    _free().filter(tries__gte=TRIES).update(state=State.FAILED)
    waiting = list(_free().order_by("asked_at", "pk").values_list("pk", flat=True))
    leases = (Lease.take(pk) for pk in waiting)
    return sum(_make(lease) for lease in leases if lease)


def forget_old() -> int:
    """Delete the reports that were asked for longer than KEPT ago, with their files; gives how many there were."""
    old = MadeReport.objects.filter(asked_at__lt=timezone.now() - KEPT)
    return old.exclude(state=State.MAKING, lease_until__gt=timezone.now()).delete()[0]


def _make(lease: Lease) -> bool:
    """Make one. A database that is away leaves the lease to run out; any other error ends the report as failed."""
    report = MadeReport.objects.select_related("user").defer("file").get(pk=lease.report_id)
    try:
        with translation.override(report.language), timezone.override(zone(report.time_zone, "UTC")):
            document = period_document(report.period, made_by=str(report.user), tell=lease.tell)
            file_format = FileFormat(report.file_format)
            file = as_bytes(document, file_format, report.table)
            title = title_of(document, file_format, report.table)
            return lease.end(title=title, file=file, made_at=document.made_at)
    except LeaseLost:
        logger.info("report %s was taken over", report.pk)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        lease.fail()
        logger.exception("report %s could not be made", report.pk)
    return False


def _free() -> QuerySet[MadeReport]:
    return MadeReport.objects.filter(state__in=[State.WAITING, State.MAKING], lease_until__lte=timezone.now())
