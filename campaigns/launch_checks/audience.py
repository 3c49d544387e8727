"""Is there anybody to message?"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext

from campaigns import routing
from campaigns.audience.rules import InvalidRule, parse
from campaigns.blueprints import Blueprint
from campaigns.launch_checks.problem import Problem
from campaigns.models import Campaign, Segment
from campaigns.models.campaigns import CampaignKind
from channels.kinds import Channel


class People(Protocol):
    """What the checks ask of an audience: a number, or only whether there is anybody."""

    @property
    def people(self) -> int: ...

    def reached(self, channel: str) -> int:
        """Those who can be messaged on `channel`."""
        ...


@dataclass(frozen=True, kw_only=True)
class Anybody:
    """Whether there is anybody in the audience of `campaign`, which is soon told, however many there are."""

    campaign: Campaign

    @property
    def people(self) -> bool:
        """Is there anybody? Raises InvalidRule."""
        return routing.audience(self.campaign).exists()

    def reached(self, channel: str) -> bool:
        """Can anybody be messaged on `channel`? Raises InvalidRule."""
        return routing.is_reached(self.campaign, channel)


def audience_problems(draft: Blueprint, crowd: People | None) -> Iterator[Problem]:
    """What is wrong with whom the campaign is for, counted in `crowd` (None: they cannot be).

    People who come by API are not there yet, so nothing is.
    """
    if draft.campaign.kind == CampaignKind.TRIGGERED:
        yield Problem(anchor="audience", sentence=gettext("Campaigns that start by themselves are not possible yet."))
    if draft.campaign.kind != CampaignKind.ONCE:
        return
    unusable = _unusable(draft.campaign.segment)
    if unusable:
        yield Problem(anchor="audience", sentence=unusable)
    elif crowd is not None and not crowd.people:
        yield Problem(anchor="audience", sentence=_nobody(draft.campaign.segment))
    elif crowd is not None:
        yield from _reach_problems(draft, crowd)


def _unusable(segment: Segment | None) -> str:
    if segment is None:
        return ""
    if segment.archived_at is not None:
        return gettext("The segment “%(segment)s” was archived. Choose another.") % {"segment": segment.name}
    return unreadable(segment)


def unreadable(segment: Segment) -> str:
    """Why the rule of `segment` cannot be used; '' where it can."""
    try:
        parse(segment.rule)
    except InvalidRule:
        return gettext("The segment “%(segment)s” has a rule that cannot be read. Open it and mend it.") % {
            "segment": segment.name
        }
    return ""


def _nobody(segment: Segment | None) -> str:
    if segment is None:
        return gettext("There are no contacts yet. Upload some first.")
    return gettext("Nobody is in “%(segment)s” today. Choose another segment, or widen its rule.") % {
        "segment": segment.name
    }


def _reach_problems(draft: Blueprint, crowd: People) -> Iterator[Problem]:
    """A channel on which nobody may be messaged is a step for nothing; all of them, a campaign for nothing."""
    dead = [channel for channel in draft.channels if not crowd.reached(channel)]
    if dead and dead == draft.channels:
        yield Problem(anchor="audience", sentence=_unreachable(draft, dead))
    else:
        for channel in dead:
            yield Problem(anchor="audience", sentence=_unreachable(draft, [channel]), is_blocking=False)


def _unreachable(draft: Blueprint, channels: list[Channel]) -> str:
    names = gettext(" or ").join(str(channel.label) for channel in channels)
    return gettext(
        "Nobody in this audience can be messaged on %(channels)s: they have no address for it, or no consent to"
        " %(purpose)s messages."
    ) % {"channels": names, "purpose": draft.campaign.get_purpose_display().lower()}
