"""When a scheduled report falls due, what it is about, to whom it goes, and why it does not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.utils import timezone

from campaigns.engine.wake import wake
from campaigns.engine.waking import zone
from campaigns.models import ReportMail, ReportSchedule, User
from campaigns.periods import Period, Preset
from campaigns.permissions import Permission, can
from campaigns.team import readers

State, Reason = ReportMail.State, ReportMail.Reason
MAIL_TASK = "campaigns.tasks.bulk_mail_reports"
# A day of any month comes round within so many.
_LONGEST = 62
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """An address, whose it is where it is a colleague's, and why it gets nothing ('' if it does)."""

    address: str
    user: User | None
    refusal: str


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

    After a downtime each falls due once, however often it would have, with the newest report. Of two ticks at once, one
    finds nothing left.
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


def refusal(mail: ReportMail) -> str:
    """Why `mail` must not leave as things stand now (a ReportMail.Reason); '' if it may.

    What somebody sends by hand leaves also while the report is switched off.
    """
    schedule = mail.schedule
    if schedule.deleted_at:
        return Reason.DELETED
    if not (schedule.is_active or mail.is_manual):
        return Reason.SWITCHED_OFF
    found = (each.refusal for each in _recipients(schedule) if each.address.lower() == mail.address.lower())
    return next(found, Reason.TAKEN_OUT)


@transaction.atomic
def delete(schedule: ReportSchedule) -> None:
    """Send `schedule` no more, also what waits; its history stays."""
    schedule.is_active, schedule.deleted_at = False, timezone.now()
    schedule.save(update_fields=["is_active", "deleted_at"])
    keep_back(schedule, Reason.DELETED)


def keep_back(schedule: ReportSchedule, reason: ReportMail.Reason) -> None:
    """The mails of `schedule` that have not left do not leave, and the history says `reason`.

    Comes after a save of the schedule in the same transaction, so that no tick makes mails of it meanwhile.
    """
    waiting = schedule.mails.filter(state=State.WAITING)
    waiting.update(state=State.FAILED, reason=reason, details="", changed_at=timezone.now())


@transaction.atomic
def _fall_due(pk: int, now: datetime) -> bool:
    schedule = ReportSchedule.objects.select_for_update().filter(pk=pk, is_active=True, next_at__lte=now).first()
    if schedule is None:
        return False
    due_at = schedule.next_at
    while (following := next_after(schedule, due_at)) <= now:
        due_at = following
    _make_mails(schedule, due_at, is_manual=False)
    schedule.next_at = following
    schedule.save(update_fields=["next_at"])
    return True


def _make_mails(schedule: ReportSchedule, due_at: datetime, *, is_manual: bool) -> None:
    now = timezone.now()
    mails = [
        ReportMail(
            schedule=schedule,
            due_at=due_at,
            address=recipient.address,
            user=recipient.user,
            is_manual=is_manual,
            state=State.FAILED if recipient.refusal else State.WAITING,
            reason=recipient.refusal,
            changed_at=now,
        )
        for recipient in _recipients(schedule)
    ]
    ReportMail.objects.bulk_create(mails, ignore_conflicts=True)


def _recipients(schedule: ReportSchedule) -> Iterator[Recipient]:
    """Each address once. Colleagues must still be readers; for the others the owner answers."""
    seen: set[str] = set()
    permitted = set(readers().values_list("pk", flat=True))
    for user in schedule.users.all().order_by("pk"):
        seen.add(user.email.lower())
        yield Recipient(address=user.email, user=user, refusal="" if user.pk in permitted else Reason.NOT_PERMITTED)
    may_leave = schedule.owner is not None and can(schedule.owner, Permission.SCHEDULE_REPORTS)
    for address in schedule.addresses.split():
        if address.lower() not in seen:
            seen.add(address.lower())
            yield Recipient(address=address, user=None, refusal="" if may_leave else Reason.NO_OWNER)


def _is_its_day(schedule: ReportSchedule, day: date) -> bool:
    if schedule.rhythm == ReportSchedule.Rhythm.MONTHLY:
        return day.day == schedule.month_day
    return day.weekday() == schedule.weekday
