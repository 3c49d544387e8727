"""Do the dates and the money make sense?"""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext

from campaigns import wording
from campaigns.blueprints import Blueprint
from campaigns.forecasting.crowd import Crowd
from campaigns.forecasting.forecast import cost_limits, load_charges
from campaigns.launch_checks.problem import Problem


def limit_problems(draft: Blueprint) -> Iterator[Problem]:
    """What is wrong with when the campaign starts and ends."""
    starts_at, ends_at = draft.campaign.starts_at, draft.campaign.ends_at
    if starts_at is not None and starts_at <= draft.now:
        sentence = gettext("The start is in the past. Choose another, or start as soon as it is launched.")
        yield Problem(anchor="schedule-starts_at", sentence=sentence)
    if ends_at is not None and ends_at <= (starts_at or draft.now):
        yield Problem(anchor="schedule-ends_at", sentence=gettext("The end is before the start."))
    elif ends_at is not None:
        yield from _too_short(draft, ends_at)


def budget_problems(draft: Blueprint, crowd: Crowd | None) -> Iterator[Problem]:
    """A budget that will not even do for the first step of everyone in `crowd` (None: not counted): a warning."""
    if draft.campaign.budget is None or crowd is None:
        return
    cost = cost_limits(draft.routes, crowd, load_charges(draft, crowd))
    least, currency = cost.least, cost.currency
    if draft.campaign.budget < least:
        sentence = gettext("The first step alone will cost about %(cost)s, more than the budget of %(budget)s.") % {
            "cost": wording.money(least, currency),
            "budget": wording.money(draft.campaign.budget, currency),
        }
        yield Problem(anchor="limits-budget", sentence=sentence, is_blocking=False)


def _too_short(draft: Blueprint, ends_at: datetime) -> Iterator[Problem]:
    """No step starts after the end, so a chain that takes longer never comes to its last ones."""
    start = draft.campaign.starts_at or draft.now
    for route in draft.routes:
        waits = [step.timeout for step in route.steps.all()][:-1]
        if waits and start + sum(waits[1:], waits[0]) >= ends_at:
            sentence = gettext("The end comes before the last step of the chain would start.")
            yield Problem(anchor="schedule-ends_at", sentence=sentence, is_blocking=False)
            return
