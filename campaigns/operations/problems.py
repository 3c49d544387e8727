"""What is wrong, found in the readings alone: frozen readings in, problems out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from campaigns.models import AlertKind
from campaigns.operations.broker import QUEUES
from campaigns.operations.readings import STUCK_AFTER, Readings

# A tick comes every second; that many without one is no hiccup.
NO_TICK_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something that an admin has to know of; `kind` and `subject` together name it. `since` where that is known."""

    kind: AlertKind
    subject: str = ""
    name: str = ""
    details: str = ""
    since: datetime | None = None


def find_problems(readings: Readings) -> list[Problem]:
    """All that is wrong, in the order in which to look at it: who does not work explains what does not move."""
    return [
        *_broker(readings),
        *_processes(readings),
        *_partitions(readings),
        *_senders(readings),
        *_webhooks(readings),
        *_campaigns(readings),
    ]


def _broker(readings: Readings) -> Iterator[Problem]:
    if readings.broker.error:
        yield Problem(kind=AlertKind.BROKER_AWAY, details=readings.broker.error)


def _processes(readings: Readings) -> Iterator[Problem]:
    for queue in QUEUES:
        if not readings.workers_of(queue):
            yield Problem(kind=AlertKind.NO_WORKER, subject=queue, name=queue)
    if not readings.beats:
        yield Problem(kind=AlertKind.NO_BEAT)
    if readings.ticked_at is None or readings.now - readings.ticked_at > NO_TICK_AFTER:
        yield Problem(kind=AlertKind.NO_TICK, since=readings.ticked_at)


def _partitions(readings: Readings) -> Iterator[Problem]:
    for table in readings.default_partitions:
        yield Problem(kind=AlertKind.DEFAULT_PARTITION, subject=table, name=table)


def _senders(readings: Readings) -> Iterator[Problem]:
    for sender in readings.senders:
        if sender.held_at:
            yield Problem(
                kind=AlertKind.SENDER_HELD,
                subject=str(sender.pk),
                name=sender.name,
                details=sender.held_reason,
                since=sender.held_at,
            )


def _webhooks(readings: Readings) -> Iterator[Problem]:
    """By real time: requests are received in it."""
    oldest_at = readings.backlog.inbound.oldest_at
    if oldest_at and readings.real_now - oldest_at > STUCK_AFTER:
        yield Problem(kind=AlertKind.WEBHOOKS_STUCK, since=oldest_at)


def _campaigns(readings: Readings) -> Iterator[Problem]:
    stuck_since = _stuck_since(readings)
    for campaign in readings.campaigns.values():
        about = {"subject": str(campaign.pk), "name": campaign.name}
        if campaign.held_at:
            details = campaign.held_reason
            yield Problem(kind=AlertKind.CAMPAIGN_HELD, since=campaign.held_at, details=details, **about)
        elif campaign.is_running and campaign.pk in stuck_since:
            yield Problem(kind=AlertKind.CAMPAIGN_STUCK, since=stuck_since[campaign.pk], **about)
        elif campaign.unenrolled_since and readings.now - campaign.unenrolled_since > STUCK_AFTER:
            # A pause does not explain it: the audience of a paused campaign is enrolled too.
            yield Problem(kind=AlertKind.AUDIENCE_STUCK, since=campaign.unenrolled_since, **about)


def _stuck_since(readings: Readings) -> dict[int, datetime | None]:
    """The campaigns in which something has been due for too long while nothing moved, by their ids.

    Nothing explains it: a pause, a hold, quiet hours, a budget and a cap make no row due, a sender that is held or
    refused is not free, and where a rate is the reason, messages of that campaign leave: campaigns share it evenly,
    but for the transactional, which go first.
    """
    backlog, moved = readings.backlog, readings.moved
    found: dict[int, datetime | None] = dict.fromkeys(moved.undecided_ids)
    found |= {pk: since for pk, since in backlog.overdue.items() if pk not in moved.campaign_ids}
    for queued in backlog.queued:
        since = readings.free_since(queued)
        if since is None or readings.now - since <= STUCK_AFTER or readings.is_overtaken(queued):
            continue
        if (queued.campaign_id, queued.sender_id) not in moved.sent:
            found[queued.campaign_id] = min(since, found.get(queued.campaign_id) or since)
    return found
