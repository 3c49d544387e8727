"""The forecast that is kept at a launch, and read again beside what came of it. Figures are texts: they stay exact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from campaigns.forecasting.forecast import Forecast, StepForecast
from campaigns.forecasting.ranges import Range
from campaigns.models import Campaign, LaunchForecast


@dataclass(frozen=True, kw_only=True)
class StoredStep:
    """What was expected of a step of a route: messages that leave, people who act, cost."""

    route_id: int
    key: str
    sent: Range
    acted: Range
    cost: Range
    is_assumed: bool


@dataclass(frozen=True, kw_only=True)
class StoredForecast:
    """What was expected of a campaign at its launch: of each step, and in all, of so many `people`."""

    made_at: datetime
    people: int
    sent: Range
    acted: Range
    cost: Range
    currency: str
    steps: Sequence[StoredStep]

    def of_step(self, route_id: int, key: str) -> StoredStep | None:
        """What was expected of one step; None where it was not there."""
        return next((step for step in self.steps if (step.route_id, step.key) == (route_id, key)), None)


def keep(campaign: Campaign, forecast: Forecast, *, at: datetime) -> None:
    """Keep `forecast`, made `at` the launch of `campaign`. Raises IntegrityError where there is one already."""
    LaunchForecast.objects.create(campaign=campaign, made_at=at, figures=_figures(forecast))


def stored_for(campaign: Campaign) -> StoredForecast | None:
    """The forecast kept for `campaign`; None where there is none, as of people who come one by one."""
    row = LaunchForecast.objects.filter(campaign=campaign).first()
    if row is None:
        return None
    told: Mapping[str, Any] = row.figures
    return StoredForecast(
        made_at=row.made_at,
        people=told["people"],
        currency=told["currency"],
        steps=[
            StoredStep(route_id=step["route"], key=step["key"], is_assumed=step["assumed"], **_ranges(step))
            for step in told["steps"]
        ],
        **_ranges(told),
    )


def _figures(forecast: Forecast) -> dict[str, Any]:
    return {
        "people": forecast.people,
        "currency": forecast.limits.currency,
        **_texts(forecast),
        "steps": [
            {
                "route": step.step.route_id,
                "key": step.step.key,
                "assumed": step.source.is_assumed,
                **_texts(step),
            }
            for step in forecast.steps
        ],
    }


_KEPT = ("sent", "acted", "cost")


def _texts(told: Forecast | StepForecast) -> dict[str, list[str]]:
    ranges: dict[str, Range] = {name: getattr(told, name) for name in _KEPT}
    return {name: [f"{value:.6f}" for value in (of.least, of.expected, of.highest)] for name, of in ranges.items()}


def _ranges(told: Mapping[str, Any]) -> dict[str, Range]:
    found = {}
    for name in _KEPT:
        least, expected, highest = (Decimal(value) for value in told[name])
        found[name] = Range(least=least, expected=expected, highest=highest)
    return found
