"""The alerts that the page of a campaign tells of."""

from datetime import datetime

from campaigns.models import Alert, AlertKind, Campaign


def stuck_since(campaign: Campaign) -> dict[AlertKind, datetime]:
    """In which ways `campaign` is stuck and since when, as far as alerts say so."""
    kinds = (AlertKind.CAMPAIGN_STUCK, AlertKind.AUDIENCE_STUCK)
    stuck = Alert.objects.raised().filter(kind__in=kinds, subject=str(campaign.pk))
    return {AlertKind(kind): began_at for kind, began_at in stuck.values_list("kind", "began_at")}
