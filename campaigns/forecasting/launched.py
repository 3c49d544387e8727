"""Makes the forecast that is kept of a launch, after it: everybody is counted, and no launch waits for that."""

from django.db import transaction

from campaigns import blueprints, launch_checks
from campaigns.engine import clock, turns
from campaigns.forecasting import storing
from campaigns.forecasting.forecast import foretell
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus

# A campaign that is over would be part of its own history.
_LAUNCHED = (CampaignStatus.SCHEDULED, CampaignStatus.RUNNING, CampaignStatus.PAUSED)


@transaction.atomic
def foretell_launched(campaign_id: int) -> None:
    """Keep what is to be expected of the campaign that was just launched, once, however often this is called.

    Nothing is kept where people come one by one, while another worker counts, or when the campaign is over.
    """
    if not turns.take_alone(f"foretell {campaign_id}"):
        return
    untold = Campaign.objects.filter(pk=campaign_id, status__in=_LAUNCHED, launch_forecast=None)
    campaign = untold.select_related("segment").first()
    if campaign is None:
        return
    draft = blueprints.load(campaign)
    crowd = launch_checks.count_people(draft)
    if crowd:
        storing.keep(campaign, foretell(draft, crowd), at=clock.now())
