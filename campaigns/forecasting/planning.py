"""The calendar of a draft: its steps in the order of time, grouped by day, in the zone of whoever reads it."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.timezone import get_current_timezone_name, localtime

from campaigns.blueprints import Blueprint
from campaigns.engine.routes import quiet_hours
from campaigns.engine.waking import zone
from campaigns.forecasting.calendar import Moment, Pace, moments
from campaigns.forecasting.forecast import Forecast, RouteForecast, StepForecast


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A step on a route, and when it is sent. `is_too_late`: the campaign has ended before it begins."""

    step: StepForecast
    route: RouteForecast
    moment: Moment
    is_too_late: bool

    @property
    def ends_on_another_day(self) -> bool:
        """Does the sending run into another day?"""
        return localtime(self.moment.ends_at).date() != localtime(self.moment.begins_at).date()

    @property
    def is_long(self) -> bool:
        """Does the sending take a minute or more?"""
        return self.moment.ends_at - self.moment.begins_at >= timedelta(minutes=1)


@dataclass(frozen=True, kw_only=True)
class Day:
    """The steps that begin on a day."""

    on: date
    entries: Sequence[Entry]


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """When a campaign that starts at `starts_at` does what. `has_quiet_hours`: where people are moves the moments."""

    starts_at: datetime
    is_planned: bool
    days: Sequence[Day]
    decided_at: datetime | None
    has_quiet_hours: bool


def plan(blueprint: Blueprint, forecast: Forecast) -> Calendar:
    """The calendar of `blueprint`, were it launched now; the days are those of the active time zone."""
    campaign = blueprint.campaign
    starts_at = campaign.starts_at or blueprint.now
    entries = [entry for route in forecast.routes for entry in _entries(blueprint, forecast, route, starts_at)]
    entries.sort(key=lambda entry: (entry.moment.begins_at, entry.step.step.position))
    days: defaultdict[date, list[Entry]] = defaultdict(list)
    for entry in entries:
        days[localtime(entry.moment.begins_at).date()].append(entry)
    return Calendar(
        starts_at=starts_at,
        is_planned=campaign.starts_at is not None,
        days=[Day(on=day, entries=found) for day, found in days.items()],
        decided_at=max((entry.moment.decided_at for entry in entries if not entry.is_too_late), default=None),
        has_quiet_hours=_has_quiet_hours(blueprint),
    )


def _has_quiet_hours(blueprint: Blueprint) -> bool:
    quiet = quiet_hours(blueprint.campaign)
    return quiet is not None and quiet.starts != quiet.ends


def _entries(blueprint: Blueprint, forecast: Forecast, route: RouteForecast, starts_at: datetime) -> Iterator[Entry]:
    """The steps of a route; nobody goes a route that nobody is on."""
    if not route.people:
        return
    where = zone(get_current_timezone_name())
    paces = [_pace(step, forecast) for step in route.steps]
    found = moments(starts_at, paces, quiet=quiet_hours(blueprint.campaign), where=where)
    ends_at = blueprint.campaign.ends_at
    for step, moment in zip(route.steps, found, strict=True):
        yield Entry(
            step=step, route=route, moment=moment, is_too_late=ends_at is not None and moment.early_at >= ends_at
        )


def _pace(told: StepForecast, forecast: Forecast) -> Pace:
    step = told.step
    return Pace(
        timeout=step.timeout,
        is_waking_time=step.is_waking_time,
        sending=_sending_time(told, forecast),
        is_skipped_by_some=told.reachable < told.people,
    )


def _sending_time(told: StepForecast, forecast: Forecast) -> timedelta:
    """How long the sender takes for the most messages that may leave, with those of other routes at the same place."""
    step = told.step
    if step.sender is None:
        return timedelta(0)
    together = (each for each in forecast.steps if each.step.sender_id == step.sender_id)
    messages = sum((each.sent.highest for each in together if each.step.position == step.position), Decimal(0))
    return timedelta(seconds=math.floor(messages / step.sender.rate_per_second))
