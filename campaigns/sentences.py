"""Steps as a person reads them: "SMS from SHOP. If the link is not followed within 2 hours: Viber from Shop."

They read a step's `sender`; load it along with the steps.
"""

from collections.abc import Sequence
from itertools import pairwise

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns import wording
from campaigns.models import Condition, Step

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
