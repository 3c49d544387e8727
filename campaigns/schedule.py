"""The periodic tasks that the product needs, written into django-celery-beat's tables after each migration."""

from typing import Any

from django_celery_beat.models import IntervalSchedule, PeriodicTask

# Name, task, every so many, of what, queue, and after how many seconds in the queue it is worth nothing.
SCHEDULE = (
    (
        "Cascade: tick",
        "campaigns.tasks.tick",
        1,
        IntervalSchedule.SECONDS,
        "tick",
        10,
    ),
    (
        "Cascade: partitions",
        "campaigns.tasks.bulk_make_partitions",
        1,
        IntervalSchedule.DAYS,
        "bulk",
        None,
    ),
    (
        "Cascade: dead imports",
        "campaigns.tasks.bulk_resume_imports",
        1,
        IntervalSchedule.MINUTES,
        "bulk",
        60,
    ),
    (
        "Cascade: old uploads",
        "campaigns.tasks.bulk_delete_old_uploads",
        1,
        IntervalSchedule.DAYS,
        "bulk",
        None,
    ),
    (
        "Cascade: old signals",
        "campaigns.tasks.bulk_forget_signals",
        1,
        IntervalSchedule.DAYS,
        "bulk",
        None,
    ),
    (
        "Cascade: reports by mail",
        "campaigns.tasks.bulk_mail_reports",
        1,
        IntervalSchedule.MINUTES,
        "bulk",
        60,
    ),
    (
        "Cascade: files of reports",
        "campaigns.tasks.bulk_make_reports",
        1,
        IntervalSchedule.MINUTES,
        "bulk",
        60,
    ),
)


def write_schedule(**_: Any) -> None:
    """Make the periodic tasks that are missing; those that an admin changed stay as they are."""
    for name, task, every, period, queue, expires in SCHEDULE:
        interval, _created = IntervalSchedule.objects.get_or_create(every=every, period=period)
        PeriodicTask.objects.get_or_create(
            name=name,
            defaults={
                "task": task,
                "interval": interval,
                "queue": queue,
                "expire_seconds": expires,
            },
        )
