"""What was expected of a campaign when it was launched."""

from django.db import models

from campaigns.models.campaigns import Campaign


class LaunchForecast(models.Model):
    """The forecast of a campaign as it stood at its launch, to be held against what came of it.

    A trigger in the database refuses every change. campaigns/forecasting/storing.py knows what stands in `figures`.
    """

    campaign = models.OneToOneField(
        Campaign, on_delete=models.CASCADE, primary_key=True, related_name="launch_forecast"
    )
    made_at = models.DateTimeField()
    figures = models.JSONField()

    def __str__(self) -> str:
        return f"forecast of {self.campaign_id}"
