"""Where a campaign is in its life, as a badge and a sentence."""

from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext, pgettext

from campaigns import wording
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.reports_watch import Watch

COLOURS = {
    CampaignStatus.DRAFT: "secondary",
    CampaignStatus.SCHEDULED: "blue",
    CampaignStatus.RUNNING: "green",
    CampaignStatus.PAUSED: "yellow",
    CampaignStatus.FINISHED: "azure",
    CampaignStatus.CANCELLED: "secondary",
}


@dataclass(frozen=True, kw_only=True)
class Standing:
    """The badge behind the campaign's name, and what goes on now in a sentence ('' where the figures say it)."""

    label: str
    colour: str
    is_moving: bool
    sentence: str


def standing_of(seen: Watch) -> Standing:
    """Where the campaign is."""
    campaign = seen.campaign
    status = CampaignStatus(campaign.status)
    is_held = status is CampaignStatus.RUNNING and campaign.held_at is not None
    return Standing(
        label=pgettext("campaign", "Held") if is_held else str(status.label),
        colour="orange" if is_held else COLOURS[status],
        is_moving=status is CampaignStatus.RUNNING and not is_held,
        sentence=_sentence(seen, status),
    )


def _sentence(seen: Watch, status: CampaignStatus) -> str:
    match status:
        case CampaignStatus.SCHEDULED:
            return _scheduled(seen)
        case CampaignStatus.RUNNING:
            return _running(seen)
        case CampaignStatus.PAUSED:
            return _paused(seen)
        case CampaignStatus.FINISHED:
            return gettext("Nobody is in the chain any more.")
        case CampaignStatus.CANCELLED:
            return gettext("Cancelled: everybody who was still in the chain left it.")
    return ""


def _scheduled(seen: Watch) -> str:
    starts_at = seen.campaign.starts_at
    if starts_at is None:
        return ""
    words = gettext("Starts on %(at)s. Who belongs to the audience is decided then.")
    return words % {"at": date_format(localtime(starts_at), "DATETIME_FORMAT")}


def _running(seen: Watch) -> str:
    if seen.is_enrolling:
        return _enrolling(seen)
    if seen.campaign.kind == CampaignKind.API and not seen.report.audience.people:
        return gettext("Nobody has entered yet. People enter when your system asks for it.")
    return ""


def _enrolling(seen: Watch) -> str:
    people = seen.report.audience.people
    if not people:
        return gettext("The audience is being chosen.")
    words = ngettext(
        "The audience is being enrolled: %(count)s person so far.",
        "The audience is being enrolled: %(count)s people so far.",
        people,
    )
    return words % {"count": wording.number(people)}


def _paused(seen: Watch) -> str:
    to_send = seen.to_send
    waiting = ngettext("%(count)s message waits.", "%(count)s messages wait.", to_send) % {
        "count": wording.number(to_send)
    }
    rest = gettext("Nothing leaves while it is paused, but what people do still counts, and waiting times run on.")
    return f"{rest} {waiting}" if to_send else rest
