"""Plays the year of one market, item by item; what has been played is never played again."""

import logging
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction

from campaigns.engine import control, partitions
from campaigns.engine.launch import enrol, enrol_audience, launch
from campaigns.forecasting.launched import foretell_launched
from campaigns.models import Campaign, Contact, User
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.sample.campaigns import draft
from campaigns.sample.history import lane, marks
from campaigns.sample.history.audience import preferences
from campaigns.sample.history.calendar import FULL, Joining, PlannedCampaign, Size, Story, year_of
from campaigns.sample.history.joining import join
from campaigns.sample.history.markets import REGION, Market, make_joiners
from campaigns.sample.history.playing import Act, Play
from campaigns.sample.history.segments import load_segments
from campaigns.sample.history.vendor import PlayedVendor
from campaigns.sample.loading import sample_began_at
from channels.kinds import Channel
from channels.messages import OutboundMessage
from channels.models import Account, Sender

# In seconds: so often it is looked whether the sample's own campaigns have their audience.
LOOK = 1.0
# So many carts are left together.
CARTS_TOGETHER = 10
# Of phone numbers, one in so many turns out to be none.
WRONG_NUMBER = 300
REFUSED_UNTIL = timedelta(hours=3)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """What every item of a market's year is played with: its `lane`, its campaigns' maker, the year's `end`."""

    market: Market
    lane: lane.Lane
    by: User
    account: Account
    senders: dict[Channel, Sender]
    end: datetime
    size: Size


def play_year(market: Market, *, size: Size = FULL) -> None:
    """Play what has not been played of the year of `market`. Raises clock.ClockMayNotMove outside demo and tests.

    A transaction that lost a deadlock against somebody at the pages is tried again.
    """
    _wait_for_sample()
    end = sample_began_at()
    partitions.make_since(end - timedelta(days=370))
    with lane.opened() as opened:
        stage = _stage(market, opened, end, size)
        for played, item in enumerate(year_of(market, end=end, size=size)):
            if not marks.is_there(market, item):
                _play_safely(stage, item)
            # The tables double less and less often.
            if played.bit_count() == 1:
                _describe_to_planner()


def _wait_for_sample() -> None:
    """The customers of the history are not meant by the sample's campaigns, whose audience is whoever is there."""
    waiting = Campaign.objects.filter(status=CampaignStatus.RUNNING, kind=CampaignKind.ONCE, enrolled_at=None)
    while waiting.exists():
        time.sleep(LOOK)


def _stage(market: Market, opened: lane.Lane, end: datetime, size: Size) -> Stage:
    account = Account.objects.filter(provider="sandbox").order_by("pk")[0]
    by = User.objects.filter(email="marketer@demo.cascade").first() or User.objects.order_by("pk")[0]
    senders = {Channel(sender.channel): sender for sender in Sender.objects.filter(account=account).order_by("-pk")}
    return Stage(market=market, lane=opened, by=by, account=account, senders=senders, end=end, size=size)


def _play_safely(stage: Stage, item: Joining | PlannedCampaign) -> None:
    """Play `item`; what the database refuses is tried again, with savepoints, by which the engine recovers."""
    try:
        with transaction.atomic(), lane.in_one_go():
            _play(stage, item)
    except DatabaseError:
        logger.warning("%s number %s is tried again", type(item).__name__, item.number, exc_info=True)
        with transaction.atomic():
            _play(stage, item)


def _play(stage: Stage, item: Joining | PlannedCampaign) -> None:
    stage.lane.begin(item.at)
    if isinstance(item, Joining):
        people = make_joiners(stage.market, first=item.first, count=item.count, today=stage.end.date())
        join(stage.market, people, by=stage.by, today=item.at.date())
    else:
        _play_campaign(stage, item)
    marks.leave(stage.market, item, by=stage.by)


def _play_campaign(stage: Stage, item: PlannedCampaign) -> None:
    segments = load_segments(stage.market, by=stage.by, today=stage.end.date())
    campaign = draft(item.plan, stage.senders, segments, by=stage.by)
    launch(campaign=campaign, actor=stage.by)
    foretell_launched(campaign.pk)
    enrol_audience(campaign.pk)
    campaign.refresh_from_db()
    refusals = _Refusals(stage, until=item.at + REFUSED_UNTIL if item.story is Story.REFUSED else None)
    vendor = PlayedVendor(
        account=stage.account,
        lane=stage.lane,
        preferences=preferences(
            seed=f"{stage.market.key} {item.number}", mood=item.mood, are_asked="survey" in item.plan.link
        ),
        refuse=refusals,
    )
    acts = tuple(_acts(stage, item, campaign))
    Play(campaign=campaign, lane=stage.lane, vendor=vendor, end=stage.end, acts=acts).to_the_end()


@dataclass(frozen=True)
class _Refusals:
    """Whom the vendor refuses: wrong numbers, and the text of every SMS `until` an instant."""

    stage: Stage
    until: datetime | None

    def __call__(self, message: OutboundMessage) -> str:
        if message.channel is Channel.SMS and self.until and self.stage.lane.now < self.until:
            return "content_refused"
        is_wrong = message.channel is Channel.SMS and zlib.crc32(message.key.encode()) % WRONG_NUMBER == 0
        return "invalid_recipient" if is_wrong else ""


def _acts(stage: Stage, item: PlannedCampaign, campaign: Campaign) -> Iterator[Act]:
    match item.story:
        case Story.REFUSED:
            yield Act(at=item.at + timedelta(hours=9), do=lambda: _resume(campaign, stage.by))
        case Story.PAUSED:
            yield Act(at=item.at + timedelta(minutes=45), do=lambda: control.pause(campaign=campaign, actor=stage.by))
            yield Act(at=item.at + timedelta(hours=4), do=lambda: _resume(campaign, stage.by))
        case Story.CANCELLED:
            yield Act(at=item.at + timedelta(minutes=100), do=lambda: _cancel(campaign, stage.by))
        case Story.CARTS:
            yield from _entries(stage, item, campaign)


def _resume(campaign: Campaign, by: User) -> None:
    """Go on where the campaign was stopped: a small one may have come to its end by itself."""
    campaign.refresh_from_db()
    if not campaign.is_over and (campaign.held_at or campaign.status == CampaignStatus.PAUSED):
        control.resume(campaign=campaign, actor=by)


def _cancel(campaign: Campaign, by: User) -> None:
    campaign.refresh_from_db()
    if not campaign.is_over:
        control.cancel(campaign=campaign, actor=by)
        control.end_cancelled()


def _entries(stage: Stage, item: PlannedCampaign, campaign: Campaign) -> Iterator[Act]:
    """Customers of the market who leave their carts, some at a time, until shortly before the year's end."""
    owners = list(
        Contact.objects.filter(**{f"attributes__{REGION}": stage.market.key}).order_by("external_id")[
            : stage.size.carts
        ]
    )
    groups = [owners[at : at + CARTS_TOGETHER] for at in range(0, len(owners), CARTS_TOGETHER)]
    apart = (stage.end - timedelta(days=3) - item.at) / max(len(groups), 1)
    for number, group in enumerate(groups):

        def enter(group: list[Contact] = group) -> None:
            for contact in group:
                enrol(campaign=campaign, contact=contact, entry_key=f"cart-{contact.external_id}", data={})

        yield Act(at=item.at + apart * number, do=enter)


def _describe_to_planner() -> None:
    """Tell PostgreSQL what its tables hold, before it finds out by itself: they were empty a moment ago."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_enrolment, campaigns_message, campaigns_attempt, campaigns_hit")
