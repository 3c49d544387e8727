"""The steps of a draft's route: added, changed, duplicated."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils.translation import gettext

from campaigns import conditions, prices, texts, wording
from campaigns.drafting.opening import DraftRefused, check_there, opened, version_of
from campaigns.drafting.ordering import number, of_draft
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
    wait = timeout or usual_wait(channel)
    if timeout:
        check_timeout(timeout)
    with opened(campaign, seen=seen) as draft:
        check_there(draft, route)
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
            number(prices.in_price_order([*steps, step]))
    return step


def change_step(
    *, campaign: Campaign, step: Step, sender: Sender | None, condition: str, seen: datetime | None = None
) -> None:
    """Give `step` another sender or success condition. Raises NotADraft, ChangedMeanwhile and DraftRefused."""
    check_sender(step.channel, sender)
    with opened(campaign, seen=seen) as draft:
        of_draft(draft).filter(pk=step.pk).update(sender=sender, condition=condition)


def set_timeout(
    *, campaign: Campaign, step: Step, timeout: timedelta, is_waking_time: bool, seen: datetime | None = None
) -> None:
    """Say how long `step` waits for success. Raises NotADraft, ChangedMeanwhile and DraftRefused."""
    check_timeout(timeout)
    with opened(campaign, seen=seen) as draft:
        of_draft(draft).filter(pk=step.pk).update(timeout=timeout, is_waking_time=is_waking_time)


def duplicate_step(*, campaign: Campaign, step: Step, seen: datetime | None = None) -> Step:
    """A second step like `step`, right after it. Raises NotADraft, ChangedMeanwhile, and Step.DoesNotExist."""
    with opened(campaign, seen=seen) as draft:
        original = of_draft(draft).get(pk=step.pk)
        steps = list(original.route.steps.all())
        twin = Step.objects.create(
            route=original.route,
            position=len(steps),
            channel=original.channel,
            sender=original.sender,
            condition=original.condition,
            timeout=original.timeout,
            is_waking_time=original.is_waking_time,
        )
        steps.insert(original.position + 1, twin)
        number(steps)
    return twin


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


def usual_wait(channel: str) -> timedelta:
    """How long a step on `channel` waits unless somebody says otherwise."""
    return _USUAL_TIMEOUT.get(Channel(channel), _TIMEOUT)


def signals(written: texts.Texts, channel: str, sender: Sender | None) -> conditions.Signals:
    """What will be told of a step; a text that is not `written` yet usually comes later, and with a link."""
    has_link = written.is_empty or written.has_link(channel)
    return conditions.signals_of(channel=channel, sender=sender, has_link=has_link)


def _usual_condition(draft: Campaign, channel: str, sender: Sender | None) -> str:
    return conditions.default_condition(signals(texts.load(version_of(draft)), channel, sender))
