"""What speaks against launching a campaign, each thing with the field that mends it."""

from django.utils.translation import gettext

from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint, load
from campaigns.forecasting.crowd import Crowd, count_crowd
from campaigns.launch_checks.audience import Anybody, audience_problems
from campaigns.launch_checks.chain import chain_problems
from campaigns.launch_checks.limits import budget_problems, limit_problems
from campaigns.launch_checks.message import message_problems
from campaigns.launch_checks.problem import Problem
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignKind

__all__ = [
    "Problem",
    "count_people",
    "draft_problems",
    "launch_problems",
    "people_problems",
    "problems",
    "quick_problems",
]


def problems(campaign: Campaign) -> tuple[Problem, ...]:
    """Everything that is wrong with `campaign`, in the order of the editor's page; blocking ones forbid the launch.

    It counts people, so it takes a while with a large audience.
    """
    if not campaign.is_editable:
        return (Problem(anchor="audience", sentence=gettext("This campaign has been launched already.")),)
    draft = load(campaign)
    return draft_problems(draft, count_people(draft))


def draft_problems(draft: Blueprint, crowd: Crowd | None) -> tuple[Problem, ...]:
    """What `problems` gives, for a draft that is loaded already and its `crowd`, None where nobody can be counted."""
    return (*audience_problems(draft, crowd), *quick_problems(draft), *budget_problems(draft, crowd))


def count_people(draft: Blueprint) -> Crowd | None:
    """The audience of `draft`; None where people come one by one, or the rule of a segment cannot be read."""
    if draft.campaign.kind != CampaignKind.ONCE:
        return None
    try:
        return count_crowd(draft.campaign, draft.routes)
    except InvalidRule:
        return None


def launch_problems(campaign: Campaign) -> tuple[Problem, ...]:
    """Those of `problems` that forbid the launch; nobody is counted, so it takes no longer with a large audience."""
    if not campaign.is_editable:
        return problems(campaign)
    draft = load(campaign)
    found = (*audience_problems(draft, Anybody(campaign=campaign)), *quick_problems(draft))
    return tuple(problem for problem in found if problem.is_blocking)


def quick_problems(draft: Blueprint) -> tuple[Problem, ...]:
    """Those of `problems` for which nobody has to be counted, for a draft that is loaded already."""
    return (*message_problems(draft), *chain_problems(draft), *limit_problems(draft))


def people_problems(draft: Blueprint, crowd: Crowd) -> tuple[Problem, ...]:
    """Those of `problems` for which people have to be counted, for a draft that is loaded already and its `crowd`."""
    return (*audience_problems(draft, crowd), *budget_problems(draft, crowd))
