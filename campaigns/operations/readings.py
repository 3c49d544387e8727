"""Everything that the operations page and the metrics tell, read at one instant."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from campaigns.engine import clock, flows
from campaigns.engine.flows import Moved, Reclaimed
from campaigns.engine.partitions import PARTITIONED
from campaigns.engine.rates import FAILURES_TO_CLOSE
from campaigns.models import AlertLook, Campaign, Pulse, StepDelta, StepStats, Tick
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.models.consent import Purpose
from campaigns.operations import pulses
from campaigns.operations.backlog import Backlog, Depth, Queued, read_backlog, together
from campaigns.operations.broker import Broker, read_broker
from channels.models import InboundRequest, Sender, SenderState

MINUTE = timedelta(minutes=1)
FIVE_MINUTES = timedelta(minutes=5)
DAY = timedelta(days=1)
# What has waited for longer, without anything moving and without a reason, is stuck.
STUCK_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True)
class SenderReading:
    """A sender as operations see it.

    `is_refused`: its vendor asks to wait, or has failed several times in a row; its circuit breaker is open until
    `refused_until`, or tries again just now.
    """

    pk: int
    name: str
    is_usable: bool
    held_at: datetime | None
    held_reason: str
    released_at: datetime | None
    is_refused: bool
    refused_until: datetime | None
    unknown: int
    ready: Depth

    @property
    def may_send(self) -> bool:
        """Whether nothing but its rate limits it."""
        return self.is_usable and self.held_at is None and not self.is_refused


@dataclass(frozen=True, kw_only=True)
class CampaignReading:
    """A campaign that is alive; held, the same error kept coming back.

    `unenrolled_since`: since when its audience could have been enrolled, and has not been; None where all is done.
    """

    pk: int
    name: str
    is_running: bool
    is_urgent: bool
    resumed_at: datetime | None
    unenrolled_since: datetime | None
    held_at: datetime | None
    held_reason: str


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How much there was of each flow, in a second."""

    last_minute: dict[str, float]
    last_five: dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Readings:
    """The product as it stands: `now` is product time, `real_now` what processes, flows and alerts go by."""

    now: datetime
    real_now: datetime
    ticked_at: datetime | None
    looked_at: datetime | None
    pulses: tuple[Pulse, ...]
    broker: Broker
    backlog: Backlog
    moved: Moved
    rates: Rates
    reclaimed: dict[Reclaimed, int]
    senders: tuple[SenderReading, ...]
    campaigns: dict[int, CampaignReading]
    default_partitions: tuple[str, ...]

    @property
    def ready(self) -> Depth:
        """The messages that could leave now: of running campaigns, from senders that may send."""
        return together([queued.depth for queued in self.backlog.queued if self.is_free(queued)])

    @property
    def stopped(self) -> Depth:
        """The messages whose turn it is, but for their campaign, which is paused or held, or their sender."""
        return together([queued.depth for queued in self.backlog.queued if not self.is_free(queued)])

    @property
    def later(self) -> Depth:
        """The messages that a hold, or the pause after a failed try, keeps until some instant."""
        return together(list(self.backlog.later.values()))

    @property
    def unknown(self) -> int:
        """Messages of the last day of which nobody knows whether they left."""
        return sum(sender.unknown for sender in self.senders)

    def is_free(self, queued: Queued) -> bool:
        """Whether nothing but rates and workers keeps these messages from leaving."""
        campaign = self.campaigns.get(queued.campaign_id)
        is_sending = campaign is not None and campaign.is_running and campaign.held_at is None
        return is_sending and any(sender.pk == queued.sender_id and sender.may_send for sender in self.senders)

    def free_since(self, queued: Queued) -> datetime | None:
        """Since when nothing but rates and workers has kept these messages from leaving; None where something does."""
        if not self.is_free(queued) or queued.depth.oldest_at is None:
            return None
        resumed_at = self.campaigns[queued.campaign_id].resumed_at
        released_at = next(sender.released_at for sender in self.senders if sender.pk == queued.sender_id)
        return max(instant for instant in (queued.depth.oldest_at, resumed_at, released_at) if instant)

    def is_overtaken(self, queued: Queued) -> bool:
        """Whether the sender has transactional messages to send first."""
        return not self.campaigns[queued.campaign_id].is_urgent and any(
            self.campaigns[other.campaign_id].is_urgent and self.is_free(other)
            for other in self.backlog.queued
            if other.sender_id == queued.sender_id and other.campaign_id in self.campaigns
        )

    def workers_of(self, queue: str) -> int:
        """How many workers take tasks from the queue."""
        return sum(queue in pulse.queues for pulse in self.pulses if pulse.kind == Pulse.Kind.WORKER)

    @property
    def beats(self) -> int:
        """How many beats there are."""
        return sum(pulse.kind == Pulse.Kind.BEAT for pulse in self.pulses)


def read() -> Readings:
    """Read it all: always as many small queries, each as long with ten million rows as with ten."""
    now, real_now = clock.now(), clock.real_now()
    backlog = read_backlog(now, overdue_before=now - STUCK_AFTER)
    tick, look = Tick.objects.first(), AlertLook.objects.first()
    return Readings(
        now=now,
        real_now=real_now,
        ticked_at=tick.ticked_at if tick else None,
        looked_at=look.looked_at if look else None,
        pulses=tuple(pulses.alive(real_now)),
        broker=read_broker(),
        backlog=backlog,
        moved=flows.moved_since(real_now - STUCK_AFTER),
        rates=_rates(real_now),
        reclaimed=_reclaimed(),
        senders=tuple(_senders(backlog, now, real_now)),
        campaigns=_campaigns(),
        default_partitions=tuple(_default_partitions()),
    )


def _rates(real_now: datetime) -> Rates:
    return Rates(
        last_minute=flows.per_second(real_now, MINUTE) | {"webhooks": _webhooks_per_second(real_now, MINUTE)},
        last_five=flows.per_second(real_now, FIVE_MINUTES) | {"webhooks": _webhooks_per_second(real_now, FIVE_MINUTES)},
    )


def _webhooks_per_second(real_now: datetime, window: timedelta) -> float:
    """From the ids of the first and the last, which grow by one: however many there were, two look-ups."""
    recent = InboundRequest.objects.filter(received_at__gt=real_now - window)
    first = recent.order_by("received_at").values_list("id", flat=True).first()
    last = recent.order_by("-received_at").values_list("id", flat=True).first()
    return (last - first + 1) / window.total_seconds() if first is not None and last is not None else 0.0


def _reclaimed() -> dict[Reclaimed, int]:
    totals = flows.totals(Reclaimed)
    return {reclaimed: totals.get((reclaimed, 0), 0) for reclaimed in Reclaimed}


def _senders(backlog: Backlog, now: datetime, real_now: datetime) -> Iterable[SenderReading]:
    unknown = _unknown_by_sender(now - DAY)
    usable = set(Sender.objects.usable().values_list("pk", flat=True))
    for sender in Sender.objects.filter(archived_at=None).select_related("state").order_by("name", "pk"):
        state: SenderState | None = getattr(sender, "state", None)
        is_open = state is not None and state.closed_until is not None and state.closed_until > real_now
        yield SenderReading(
            pk=sender.pk,
            name=sender.name,
            is_usable=sender.pk in usable,
            held_at=sender.held_at,
            held_reason=sender.held_reason,
            released_at=sender.released_at,
            is_refused=is_open or (state is not None and state.failures_in_a_row >= FAILURES_TO_CLOSE),
            refused_until=state.closed_until if state and is_open else None,
            unknown=int(unknown.get(sender.pk, 0)),
            ready=together([queued.depth for queued in backlog.queued if queued.sender_id == sender.pk]),
        )


def _unknown_by_sender(since: datetime) -> dict[int, Decimal]:
    """Of whole hours, as counters are kept. Both tables in one statement, because the fold moves rows between them."""
    counted = {"counter": "unknown", "hour__gte": since}
    rows = StepStats.objects.filter(**counted).values_list("sender_id", "value")
    unfolded = StepDelta.objects.filter(**counted).values_list("sender_id", "value")
    totals: dict[int, Decimal] = {}
    for sender_id, value in rows.union(unfolded, all=True):
        totals[sender_id] = totals.get(sender_id, Decimal(0)) + value
    return totals


def _campaigns() -> dict[int, CampaignReading]:
    """The campaigns that are alive."""
    return {
        campaign.pk: CampaignReading(
            pk=campaign.pk,
            name=campaign.name,
            is_running=campaign.status == CampaignStatus.RUNNING,
            is_urgent=campaign.purpose == Purpose.TRANSACTIONAL,
            resumed_at=campaign.resumed_at,
            unenrolled_since=_unenrolled_since(campaign),
            held_at=campaign.held_at,
            held_reason=campaign.held_reason,
        )
        for campaign in Campaign.objects.alive()
    }


def _unenrolled_since(campaign: Campaign) -> datetime | None:
    if campaign.kind != CampaignKind.ONCE or campaign.enrolled_at:
        return None
    return max((instant for instant in (campaign.launched_at, campaign.starts_at) if instant), default=None)


def _default_partitions() -> Iterable[str]:
    with connection.cursor() as cursor:
        for table, _unit, _ahead in PARTITIONED:
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table}_default)")  # noqa: S608  a name of ours
            if cursor.fetchone()[0]:
                yield table
