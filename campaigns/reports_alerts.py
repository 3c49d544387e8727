"""The alerts that the first page and the page of a campaign tell of."""

from dataclasses import dataclass
from datetime import datetime

from campaigns.models import Alert, AlertKind, Campaign
from campaigns.operations.words import Wording, word


@dataclass(frozen=True, kw_only=True)
class AlertLine:
    """Something that is wrong, and since when."""

    wording: Wording
    since: datetime


def alert_lines() -> list[AlertLine]:
    """What is wrong with the product now, the oldest first."""
    return [
        AlertLine(wording=word(alert), since=alert.began_at)
        for alert in Alert.objects.raised().order_by("began_at", "pk")
    ]


def stuck_since(campaign: Campaign) -> dict[AlertKind, datetime]:
    """In which ways `campaign` is stuck and since when, as far as alerts say so."""
    kinds = (AlertKind.CAMPAIGN_STUCK, AlertKind.AUDIENCE_STUCK)
    stuck = Alert.objects.raised().filter(kind__in=kinds, subject=str(campaign.pk))
    return {AlertKind(kind): began_at for kind, began_at in stuck.values_list("kind", "began_at")}
