"""Alerts: what is wrong is written down, told to the admins once, and ends by itself when its cause is gone."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from smtplib import SMTPException

from django.db import transaction

from campaigns.engine import clock, flows
from campaigns.models import Alert, AlertKind, AlertLook
from campaigns.operations import pulses
from campaigns.operations.mailing import mail_admins
from campaigns.operations.problems import Problem, find_problems
from campaigns.operations.readings import read

# Somebody looks so often, however many processes there are.
EVERY = timedelta(minutes=1)
# What passes by itself within this is nothing that a person can do something about: a restart, a busy minute.
PATIENCE = timedelta(minutes=2)
# These do not pass by themselves.
AT_ONCE = frozenset({AlertKind.CAMPAIGN_HELD, AlertKind.SENDER_HELD, AlertKind.DEFAULT_PARTITION})
# What comes back within this is the same alert again, and no news.
SAME_WITHIN = timedelta(hours=1)
# Ended alerts are kept for whoever asks what happened.
KEPT = timedelta(days=90)

logger = logging.getLogger(__name__)


def look_when_due() -> bool:
    """Look for what is wrong unless somebody has looked within a minute; whether it was done."""
    now = clock.real_now()
    if not _is_mine(now):
        return False
    look(now)
    return True


def look(now: datetime) -> None:
    """Look for what is wrong at `now` (real time), and tell about what is new.

    1. Tidy: what flowed long ago is summed, dead processes and old alerts are forgotten.
    2. Read, find the problems, bring the alerts up to date in one transaction.
    3. Mail the admins about those that are new to them. A mail that could not leave is tried again the next time.
    """
    flows.fold_old()
    pulses.forget_dead(now)
    Alert.objects.filter(ended_at__lt=now - KEPT).delete()
    update(find_problems(read()), now)
    _tell(now)


def _is_mine(now: datetime) -> bool:
    """Whether this process looks this time: of several at once one does."""
    AlertLook.objects.bulk_create([AlertLook(looked_at=now - EVERY)], ignore_conflicts=True)
    return bool(AlertLook.objects.filter(looked_at__lte=now - EVERY).update(looked_at=now))


@transaction.atomic
def update(problems: Iterable[Problem], now: datetime) -> None:
    """Begin, raise and end alerts, so that they are those of `problems` at `now` (real time)."""
    AlertLook.objects.select_for_update().first()
    present = {(alert.kind, alert.subject): alert for alert in Alert.objects.present()}
    for problem in problems:
        alert = present.pop((problem.kind, problem.subject), None) or _begin(problem, now)
        _bring_up(alert, problem, now)
    for alert in present.values():
        _end(alert, now)


def _begin(problem: Problem, now: datetime) -> Alert:
    """The alert of `problem`: the one of the last hour goes on, so that what comes and goes is told once."""
    recent = Alert.objects.filter(kind=problem.kind, subject=problem.subject, ended_at__gt=now - SAME_WITHIN)
    alert = recent.order_by("-ended_at").first()
    return alert or Alert(kind=problem.kind, subject=problem.subject, began_at=now)


def _bring_up(alert: Alert, problem: Problem, now: datetime) -> None:
    alert.name, alert.details, alert.ended_at = problem.name[:200], problem.details, None
    if alert.raised_at is None and (problem.kind in AT_ONCE or now - alert.began_at >= PATIENCE):
        alert.raised_at = now
        logger.warning("Alert: %s %s", alert.kind, alert.name)
    alert.save()


def _end(alert: Alert, now: datetime) -> None:
    """What was never raised leaves no trace."""
    if alert.raised_at is None:
        alert.delete()
        return
    alert.ended_at = now
    alert.save(update_fields=["ended_at"])


def _tell(now: datetime) -> None:
    news: Sequence[Alert] = list(Alert.objects.raised().filter(mailed_at=None).order_by("began_at", "pk"))
    if not news:
        return
    try:
        mail_admins(news)
    except (OSError, SMTPException) as error:
        logger.warning("The mail about %s alerts could not leave: %s", len(news), error)
        return
    Alert.objects.filter(pk__in=[alert.pk for alert in news]).update(mailed_at=now)
