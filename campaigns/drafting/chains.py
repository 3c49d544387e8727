"""The steps of a draft's route: added, changed, ordered, removed."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext

from campaigns import conditions, prices, texts, wording
from campaigns.drafting.opening import DraftRefused, opened, version_of
from campaigns.models import Campaign, Route, Step
from channels.kinds import Channel
from channels.models import Sender

TIMEOUT_MAX = timedelta(days=90)

# Mail is read once a day, a notification within the hour.
_USUAL_TIMEOUT = {
    Channel.PUSH: timedelta(hours=1),
    Channel.EMAIL: timedelta(days=1),
    Channel.CALL_TASK: timedelta(days=1),
}
_TIMEOUT = timedelta(hours=2)


def add_step(
    *,
    campaign: Campaign,
    route: Route,
    channel: str,
    sender: Sender | None = None,
    condition: str = "",
    timeout: timedelta | None = None,
    is_waking_time: bool = False,
    seen: datetime | None = None,
) -> Step:
    """A step on `channel` in `route`, with the usual choices for whatever is not given.

    It stands where its price puts it, or last where somebody has put the chain in another order. Its
    sender is the cheapest usable one. Raises NotADraft, ChangedMeanwhile and DraftRefused.
    """
    sender = sender or prices.cheapest_sender(channel)
    check_sender(channel, sender)
    wait = timeout or _USUAL_TIMEOUT.get(Channel(channel), _TIMEOUT)
    if timeout:
        check_timeout(timeout)
    with opened(campaign, seen=seen) as draft:
        steps = list(route.steps.select_related("sender"))
        step = Step.objects.create(
            route=route,
            position=len(steps),
            channel=channel,
            sender=sender,
            condition=condition or _usual_condition(draft, channel, sender),
            timeout=wait,
            is_waking_time=is_waking_time,
        )
        if prices.in_price_order(steps) == steps:
            _number(prices.in_price_order([*steps, step]))
    return step


def change_step(
    *, campaign: Campaign, step: Step, sender: Sender | None, condition: str, seen: datetime | None = None
) -> None:
    """Give `step` another sender or success condition. Raises NotADraft, ChangedMeanwhile and DraftRefused."""
    check_sender(step.channel, sender)
    with opened(campaign, seen=seen) as draft:
        _of(draft, step).update(sender=sender, condition=condition)


def set_timeout(
    *, campaign: Campaign, step: Step, timeout: timedelta, is_waking_time: bool, seen: datetime | None = None
) -> None:
    """Say how long `step` waits for success. Raises NotADraft, ChangedMeanwhile and DraftRefused."""
    check_timeout(timeout)
    with opened(campaign, seen=seen) as draft:
        _of(draft, step).update(timeout=timeout, is_waking_time=is_waking_time)


def remove_step(*, campaign: Campaign, step: Step, seen: datetime | None = None) -> None:
    """Take `step` out of its route. Raises NotADraft and ChangedMeanwhile."""
    with opened(campaign, seen=seen) as draft:
        _of(draft, step).delete()
        _number(list(step.route.steps.all()))


def move_step(*, campaign: Campaign, step: Step, by: int, seen: datetime | None = None) -> None:
    """Move `step` up (`by` -1) or down (1) in its route; at the end of its way it stays where it is.

    Raises NotADraft and ChangedMeanwhile.
    """
    with opened(campaign, seen=seen):
        steps = list(step.route.steps.all())
        place = steps.index(step)
        steps.insert(max(0, place + by), steps.pop(place))
        _number(steps)


def order_by_price(*, campaign: Campaign, route: Route, seen: datetime | None = None) -> None:
    """Put the steps of `route` in the order of their prices. Raises NotADraft and ChangedMeanwhile."""
    with opened(campaign, seen=seen):
        _number(prices.in_price_order(list(route.steps.select_related("sender"))))


def check_timeout(timeout: timedelta) -> None:
    """Raise DraftRefused where a step may not wait for so long, or so short."""
    sentence = timeout_problem(timeout)
    if sentence:
        raise DraftRefused("timeout", sentence)


def check_sender(channel: str, sender: Sender | None) -> None:
    """Raise DraftRefused where `sender` belongs to another channel."""
    if sender is not None and sender.channel != channel:
        sentence = gettext("%(sender)s does not send on this channel.") % {"sender": sender.name}
        raise DraftRefused("sender", sentence)


def timeout_problem(timeout: timedelta) -> str:
    """Why a step may not wait for `timeout`, '' where it may."""
    if timeout < settings.STEP_TIMEOUT_MIN:
        shortest = wording.duration(settings.STEP_TIMEOUT_MIN)
        return gettext("A step has to wait for at least %(time)s.") % {"time": shortest}
    if timeout > TIMEOUT_MAX:
        return gettext("A step can wait for no more than %(time)s.") % {"time": wording.duration(TIMEOUT_MAX)}
    return ""


def _usual_condition(draft: Campaign, channel: str, sender: Sender | None) -> str:
    written = texts.load(version_of(draft))
    # The text usually comes later than the chain, and with a link.
    has_link = written.is_empty or written.has_link(channel)
    return conditions.default_condition(conditions.signals_of(channel=channel, sender=sender, has_link=has_link))


def _of(draft: Campaign, step: Step) -> QuerySet[Step]:
    return Step.objects.filter(pk=step.pk, route__version=draft.version)


def _number(steps: list[Step]) -> None:
    for position, step in enumerate(steps):
        step.position = position
    Step.objects.bulk_update(steps, ["position"])
