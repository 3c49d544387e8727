"""What speaks against launching a campaign, each thing with the field that mends it."""

from django.utils.translation import gettext

from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint, load
from campaigns.launch_checks.audience import audience_problems
from campaigns.launch_checks.chain import chain_problems
from campaigns.launch_checks.limits import budget_problems, limit_problems
from campaigns.launch_checks.message import message_problems
from campaigns.launch_checks.problem import Problem
from campaigns.models import Campaign

__all__ = ["Problem", "people_problems", "problems", "quick_problems"]


def problems(campaign: Campaign) -> tuple[Problem, ...]:
    """Everything that is wrong with `campaign`, in the order of the editor's page; blocking ones forbid the launch.

    It counts people, so it takes a while with a large audience.
    """
    if not campaign.is_editable:
        return (Problem(anchor="audience", sentence=gettext("This campaign has been launched already.")),)
    draft = load(campaign)
    return (*audience_problems(draft), *_without_people(draft), *_budget(draft))


def quick_problems(campaign: Campaign) -> tuple[Problem, ...]:
    """Like `problems`, but without those for which people have to be counted."""
    return tuple(_without_people(load(campaign)))


def people_problems(draft: Blueprint) -> tuple[Problem, ...]:
    """Those of `problems` for which people have to be counted, for a draft that is loaded already."""
    return (*audience_problems(draft), *_budget(draft))


def _without_people(draft: Blueprint) -> tuple[Problem, ...]:
    return (*message_problems(draft), *chain_problems(draft), *limit_problems(draft))


def _budget(draft: Blueprint) -> tuple[Problem, ...]:
    """Nothing can be said of the cost while the audience's rule cannot be read, which is a problem of its own."""
    try:
        return tuple(budget_problems(draft))
    except InvalidRule:
        return ()
