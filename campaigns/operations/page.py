"""What the operations page shows of the readings: verdict, figures, tables, as values that its template draws."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext, pgettext

from campaigns.engine import counters
from campaigns.models import Alert, HoldReason
from campaigns.operations.backlog import Depth
from campaigns.operations.broker import QUEUES, TaskQueue
from campaigns.operations.problems import find_problems
from campaigns.operations.readings import Rates, Readings, read
from campaigns.operations.words import Wording, word
from channels.events import EventType

# So many of the alerts that are over are shown.
_SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Something that is wrong now, and since when, as far as it is known."""

    wording: Wording
    since: datetime | None


@dataclass(frozen=True, kw_only=True)
class PastAlert:
    """An alert that is over."""

    wording: Wording
    began_at: datetime
    ended_at: datetime


@dataclass(frozen=True, kw_only=True)
class QueueLine:
    """A queue of tasks, and who takes from it; `queue` is None where the broker does not answer."""

    name: str
    queue: TaskQueue | None
    workers: int


@dataclass(frozen=True, kw_only=True)
class WaitingLine:
    """How many of something wait, and since when; `is_notable` if somebody should look at it."""

    label: str
    depth: Depth
    is_notable: bool = False


@dataclass(frozen=True, kw_only=True)
class Rate:
    """How much of something there is in a second: in the last minute, and in the last five."""

    label: str
    last_minute: float
    last_five: float


@dataclass(frozen=True, kw_only=True)
class OperationsPage:
    """The page."""

    readings: Readings
    troubles: tuple[Trouble, ...]
    past: tuple[PastAlert, ...]
    queues: tuple[QueueLine, ...]
    waiting: tuple[WaitingLine, ...]
    leaving: tuple[Rate, ...]
    coming: tuple[Rate, ...]

    @property
    def reclaimed(self) -> int:
        """Messages that were ever taken back from workers that had died."""
        return sum(self.readings.reclaimed.values())


def operations_page() -> OperationsPage:
    """The page as it stands now."""
    readings = read()
    return OperationsPage(
        readings=readings,
        troubles=tuple(_troubles(readings)),
        past=tuple(_past()),
        queues=tuple(_queue_line(readings, name) for name in QUEUES),
        waiting=tuple(_waiting(readings)),
        leaving=tuple(_leaving(readings.rates)),
        coming=tuple(_coming(readings.rates)),
    )


def _troubles(readings: Readings) -> list[Trouble]:
    """Found now, not read from the alerts: those are looked for once a minute, and not by anybody when all are dead."""
    noticed = {(alert.kind, alert.subject): alert.began_at for alert in Alert.objects.present()}
    return [
        Trouble(wording=word(problem), since=problem.since or noticed.get((problem.kind, problem.subject)))
        for problem in find_problems(readings)
    ]


def _past() -> list[PastAlert]:
    over = Alert.objects.exclude(ended_at=None).order_by("-ended_at")[:_SHOWN]
    return [
        PastAlert(wording=word(alert), began_at=alert.began_at, ended_at=alert.ended_at)
        for alert in over
        if alert.ended_at
    ]


def _queue_line(readings: Readings, name: str) -> QueueLine:
    queue = next((queue for queue in readings.broker.queues if queue.name == name), None)
    return QueueLine(name=name, queue=queue, workers=readings.workers_of(name))


def _waiting(readings: Readings) -> list[WaitingLine]:
    backlog, leased = readings.backlog, readings.backlog.leased
    lines = [
        WaitingLine(label=gettext("Their turn"), depth=readings.ready),
        WaitingLine(
            label=gettext("Campaign paused or held, or sender not sending"),
            depth=readings.stopped,
            is_notable=bool(readings.stopped.count),
        ),
        *(WaitingLine(label=_hold_label(reason), depth=depth) for reason, depth in backlog.later.items()),
        WaitingLine(label=gettext("About to be sent"), depth=Depth(count=leased.claimed)),
        WaitingLine(label=gettext("The vendor's answer"), depth=Depth(count=leased.sending)),
        WaitingLine(
            label=gettext("A lease that has died, to be taken back"),
            depth=Depth(count=leased.dead),
            is_notable=bool(leased.dead),
        ),
    ]
    return [line for line in lines if line.depth.count or line is lines[0]]


def _hold_label(reason: str) -> str:
    labels = {
        "": gettext("The next try"),
        HoldReason.QUIET_HOURS: gettext("The end of quiet hours"),
        HoldReason.OVER_BUDGET: gettext("A higher budget"),
        HoldReason.FREQUENCY_CAP: gettext("The frequency cap"),
    }
    return labels.get(reason) or str(HoldReason(reason).label)


def _leaving(rates: Rates) -> list[Rate]:
    return [
        _rate(rates, pgettext("rate", "accepted"), "accepted"),
        _rate(rates, pgettext("rate", "failed"), "failed"),
        _rate(rates, pgettext("rate", "unknown"), "unknown"),
    ]


def _coming(rates: Rates) -> list[Rate]:
    signals = (counters.events(EventType.CLICKED), counters.events(EventType.OPENED))
    return [
        _rate(rates, gettext("webhooks"), "webhooks"),
        _rate(rates, gettext("clicks and opens"), *signals),
    ]


def _rate(rates: Rates, label: str, *names: str) -> Rate:
    return Rate(
        label=label,
        last_minute=sum(rates.last_minute.get(name, 0.0) for name in names),
        last_five=sum(rates.last_five.get(name, 0.0) for name in names),
    )
