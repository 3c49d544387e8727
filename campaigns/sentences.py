"""A campaign as a person reads it: "SMS from SHOP. If the link is not followed within 2 hours: Viber from Shop."

What is about a step reads its `sender`; load it along.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from campaigns import wording
from campaigns.models import Campaign, Condition, Priority, Step

_WITHOUT_SUCCESS: dict[Condition, str | Promise] = {
    Condition.DELIVERED: _("If it is not delivered within %(time)s"),
    Condition.OPENED: _("If it is not opened within %(time)s"),
    Condition.CLICKED: _("If the link is not followed within %(time)s"),
    Condition.REPLIED: _("If there is no reply within %(time)s"),
    Condition.ANSWERED: _("If nobody answers within %(time)s"),
    Condition.GOAL: _("If the goal is not reached within %(time)s"),
}


def step_title(step: Step) -> str:
    """Who sends on what: "SMS from SHOP", or the channel alone while there is no sender."""
    channel = step.get_channel_display()
    if step.sender is None:
        return channel
    return gettext("%(channel)s from %(sender)s") % {"channel": channel, "sender": step.sender.name}


def success(step: Step) -> str:
    """What ends the cascade at this step: "Stops here if they follow the link"."""
    return gettext("Stops here if %(condition)s") % {"condition": Condition(step.condition).label}


def waiting_time(step: Step) -> str:
    """How long the step waits: "2 hours", "4 hours of waking time"."""
    time = wording.duration(step.timeout)
    return gettext("%(time)s of waking time") % {"time": time} if step.is_waking_time else time


def without_success(step: Step) -> str:
    """When the chain goes on: "If the link is not followed within 2 hours"."""
    return str(_WITHOUT_SUCCESS[Condition(step.condition)] % {"time": waiting_time(step)})


def chain(steps: Sequence[Step]) -> str:
    """The whole chain in one paragraph, from the first message to the end without success; "" without steps."""
    if not steps:
        return ""
    parts = [gettext("%(message)s.") % {"message": step_title(steps[0])}]
    parts += [_then(step, step_title(following)) for step, following in pairwise(steps)]
    return " ".join([*parts, _then(steps[-1], gettext("it ends as not reached"))])


def _then(step: Step, what: str) -> str:
    return gettext("%(condition)s: %(what)s.") % {"condition": without_success(step), "what": what}


def schedule(campaign: Campaign) -> str:
    """When the campaign starts and ends, in the zone of whoever reads it."""
    if campaign.starts_at is None:
        starts = gettext("Starts as soon as it is launched")
    else:
        starts = gettext("Starts on %(date)s") % {"date": _date(campaign.starts_at)}
    if campaign.ends_at is None:
        return gettext("%(starts)s, and runs until everybody is done.") % {"starts": starts}
    return gettext("%(starts)s, and ends on %(date)s.") % {"starts": starts, "date": _date(campaign.ends_at)}


def limits(campaign: Campaign, currency: str) -> list[str]:
    """The limits of the campaign, a sentence each. `currency` is that of its budget."""
    return [_quiet_hours(campaign), _frequency_cap(campaign), _budget(campaign, currency), *_priority(campaign)]


def _quiet_hours(campaign: Campaign) -> str:
    if campaign.quiet_from is None or campaign.quiet_until in {None, campaign.quiet_from}:
        return gettext("No quiet hours.")
    hours = {"begin": time_format(campaign.quiet_from), "end": time_format(campaign.quiet_until)}
    return gettext("Nothing is sent from %(begin)s to %(end)s, where the person is.") % hours


def _frequency_cap(campaign: Campaign) -> str:
    if campaign.cap_campaigns is None:
        return gettext("No limit of campaigns for one person.")
    days = ngettext("%(count)s day", "%(count)s days", campaign.cap_days) % {"count": campaign.cap_days}
    sentence = ngettext(
        "People who had %(count)s campaign within %(days)s: %(then)s.",
        "People who had %(count)s campaigns within %(days)s: %(then)s.",
        campaign.cap_campaigns,
    )
    return sentence % {"count": campaign.cap_campaigns, "days": days, "then": campaign.get_on_cap_display()}


def _budget(campaign: Campaign, currency: str) -> str:
    if campaign.budget is None:
        return gettext("No budget.")
    return gettext("At most %(budget)s are spent.") % {"budget": wording.money(campaign.budget, currency)}


def _priority(campaign: Campaign) -> list[str]:
    if campaign.priority == Priority.NORMAL:
        return []
    return [gettext("Its priority is %(priority)s.") % {"priority": campaign.get_priority_display()}]


def _date(instant: datetime) -> str:
    return date_format(timezone.localtime(instant), "DATETIME_FORMAT")
