"""Chains and crowds that were never in a database, and what is foretold of them."""

from collections.abc import Sequence
from decimal import Decimal

from campaigns.forecasting.crowd import Crowd, Group
from campaigns.forecasting.forecast import Charges, Forecast, work_out
from campaigns.forecasting.history import History, Passage
from campaigns.models import Campaign, Condition, Route, SkipReason, Step
from campaigns.prices import PriceList
from channels.kinds import Channel
from channels.models import Account, Sender

ROUTE = 7
# So many that chance widens no bounds worth mentioning.
MANY = 1_000_000


def route_of(*channels: Channel, condition: Condition = Condition.CLICKED, pk: int = ROUTE) -> Route:
    """A route of one step on each of `channels`, each with a sender of its own account."""
    route = Route(pk=pk)
    steps = []
    for position, channel in enumerate(channels):
        account = Account(pk=position + 1, name="Account")
        sender = Sender(pk=position + 1, account=account, channel=channel, name=f"S{position + 1}")
        steps.append(Step(route=route, position=position, channel=channel, sender=sender, condition=condition))
    # What a view would have prefetched.
    route._prefetched_objects_cache = {"steps": steps}  # type: ignore[attr-defined]  # Django's own cache
    return route


def crowd_of(people: int, *, lacks: dict[str, SkipReason] | None = None, more: Sequence[Group] = ()) -> Crowd:
    """`people` of one kind on ROUTE, and `more`."""
    group = Group(route_id=ROUTE, country="US", language="en", is_trackable=True, lacks=lacks or {}, people=people)
    channels = [channel.value for channel in Channel]
    return Crowd(groups=(*([group] if people else []), *more), channels=channels)


def passage(engaged: int, *, accepted: int = MANY, campaign: int = 1, channel: Channel = Channel.SMS) -> Passage:
    """What came of a campaign's step: of `accepted` messages all left, and `engaged` people acted."""
    return Passage(
        campaign_id=campaign,
        campaign=f"Campaign {campaign}",
        channel=channel.value,
        condition=Condition.CLICKED.value,
        entered=accepted,
        accepted=accepted,
        engaged=engaged,
    )


def charges(*amounts: str) -> Charges:
    """What the steps' messages cost, in their order; none for the steps beyond."""
    told = PriceList(
        amounts={
            (position + 1, channel.value, ""): Decimal(amount)
            for position, amount in enumerate(amounts)
            for channel in Channel
        }
    )
    return Charges(told=told, parts={}, currency="USD")


def foretold(
    *channels: Channel,
    crowd: Crowd,
    history: Sequence[Passage] = (),
    prices: Sequence[str] = (),
    untracked: str = Campaign.Untracked.ALL_STEPS,
) -> Forecast:
    """What is to be expected of a chain over `channels`."""
    known = History(passages=history)
    return work_out([route_of(*channels)], crowd, history=known, charges=charges(*prices), untracked=untracked)
