"""Say how good the forecasts have been."""

from typing import Any

from django.core.management.base import BaseCommand

from campaigns.forecasting.judging import judge


class Command(BaseCommand):
    """Hold the forecasts of finished campaigns against what came of them."""

    help = "Say how often what came of finished campaigns lay between the bounds that were foretold."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write a line for each kind of figure."""
        for told in judge():
            self.stdout.write(
                f"{told.kind}, {told.figure}: {told.share:.0%} of {told.number} within the bounds,"
                f" {told.below} below, {told.above} above"
            )
