"""When a scheduled report falls due, what it is about, and to whom it goes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.engine.wake import wake
from campaigns.engine.waking import zone
from campaigns.models import ReportMail, ReportSchedule, User
from campaigns.periods import Period, Preset
from campaigns.team import readers

MAIL_TASK = "campaigns.tasks.bulk_mail_reports"
# A day of any month comes round within so many.
_LONGEST = 62
_DAY = timedelta(days=1)


def next_after(schedule: ReportSchedule, after: datetime) -> datetime:
    """When `schedule` falls due next, by its own clock; an hour that clocks leave out is the one after it."""
    clock = zone(schedule.time_zone, "UTC")
    today = after.astimezone(clock).date()
    days = (today + number * _DAY for number in range(_LONGEST))
    found = (
        datetime.combine(day, schedule.at, tzinfo=clock).astimezone(UTC) for day in days if _is_its_day(schedule, day)
    )
    return next(instant for instant in found if instant > after)


def period_of(schedule: ReportSchedule, due_at: datetime) -> Period:
    """What the report that fell due at `due_at` is about: the seven days, or the month, before that day."""
    day = due_at.astimezone(zone(schedule.time_zone, "UTC")).date()
    if schedule.rhythm == ReportSchedule.Rhythm.MONTHLY:
        return Period.of(Preset.LAST_MONTH, day)
    return Period(begins_on=day - 7 * _DAY, ends_on=day - _DAY)


def fall_due(now: datetime) -> int:
    """Make the mails of the schedules that are due; gives how many there were.

    After a downtime each falls due once, however often it would have. Of two ticks at once, one finds nothing left.
    """
    due = ReportSchedule.objects.filter(is_active=True, next_at__lte=now).order_by("pk")
    return sum(_fall_due(pk, now) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def send_now(schedule: ReportSchedule) -> int:
    """Make the mails of `schedule` as of this minute, once; gives how many there are of it."""
    minute = timezone.now().replace(second=0, microsecond=0)
    _make_mails(schedule, minute, is_manual=True)
    transaction.on_commit(lambda: wake(MAIL_TASK))
    return schedule.mails.filter(due_at=minute).count()


@transaction.atomic
def _fall_due(pk: int, now: datetime) -> bool:
    schedule = ReportSchedule.objects.select_for_update().filter(pk=pk, is_active=True, next_at__lte=now).first()
    if schedule is None:
        return False
    _make_mails(schedule, schedule.next_at, is_manual=False)
    schedule.next_at = next_after(schedule, now)
    schedule.save(update_fields=["next_at"])
    return True


def _make_mails(schedule: ReportSchedule, due_at: datetime, *, is_manual: bool) -> None:
    now = timezone.now()
    mails = [
        ReportMail(
            schedule=schedule,
            due_at=due_at,
            address=address,
            user=user,
            is_manual=is_manual,
            changed_at=now,
            **({} if is_permitted else _REFUSED),
        )
        for address, user, is_permitted in _recipients(schedule)
    ]
    ReportMail.objects.bulk_create(mails, ignore_conflicts=True)


_REFUSED = {"state": ReportMail.State.FAILED, "reason": ReportMail.Reason.NOT_PERMITTED}


def _recipients(schedule: ReportSchedule) -> Iterator[tuple[str, User | None, bool]]:
    """Each address once, with its user, and whether they may still read reports."""
    seen: set[str] = set()
    permitted = set(readers().values_list("pk", flat=True))
    for user in schedule.users.all().order_by("pk"):
        seen.add(user.email.lower())
        yield user.email, user, user.pk in permitted
    for address in schedule.addresses.split():
        if address.lower() not in seen:
            seen.add(address.lower())
            yield address, None, True


def _is_its_day(schedule: ReportSchedule, day: date) -> bool:
    if schedule.rhythm == ReportSchedule.Rhythm.MONTHLY:
        return day.day == schedule.month_day
    return day.weekday() == schedule.weekday
