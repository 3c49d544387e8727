"""Forecasts on pages: bounds, sources, and what came beside them. `{% load forecasting %}`."""

from decimal import Decimal

from django import template

from campaigns.forecasting import words
from campaigns.forecasting.budget import BudgetReach
from campaigns.forecasting.comparing import Beside, Comparison, compare
from campaigns.forecasting.history import Known
from campaigns.forecasting.ranges import Range
from campaigns.forecasting.sms_parts import Parts
from campaigns.forecasting.storing import stored_for
from campaigns.reports_watch import Watch

register = template.Library()


@register.filter
def people(range_: Range) -> int:
    """`{{ step.sent|people|number }}`: how many are expected, in whole people."""
    return int(range_.in_people().expected)


@register.filter
def bounds(range_: Range) -> str:
    """`{{ step.sent|bounds }}`: "820 to 1,040"."""
    return words.people_bounds(range_)


@register.filter
def money_bounds(range_: Range, currency: str) -> str:
    """`{{ step.cost|money_bounds:currency }}`: "$82 to $104"."""
    return words.money_bounds(range_, currency)


@register.filter
def source(known: Known) -> str:
    """`{{ step.acting|source }}`: from which campaigns, or assumed."""
    return words.source(known)


@register.filter
def parts_in_words(parts: Parts) -> str:
    """`{{ step.parts|parts_in_words }}`: how many SMS parts, and how that is known."""
    return words.parts(parts)


@register.simple_tag
def budget_in_words(reach: BudgetReach, amount: Decimal | None, currency: str) -> str:
    """`{% budget_in_words expected.budget campaign.budget currency %}`: how far the budget goes."""
    return words.budget(reach, amount, currency)


@register.filter
def verdict(beside: Beside) -> str:
    """`{{ line.sent|verdict }}`: "more than expected", or nothing."""
    return words.verdict(beside)


@register.filter
def surprises(comparison: Comparison) -> list[str]:
    """`{{ comparison|surprises }}`: what of the whole campaign is outside what was expected, in sentences."""
    return list(words.surprises(comparison))


@register.simple_tag
def forecast_comparison(watch: Watch) -> Comparison | None:
    """`{% forecast_comparison watch as comparison %}`: what was expected at the launch beside what came.

    None for a part of the figures, and where nothing was foretold. It reads one row.
    """
    stored = stored_for(watch.campaign) if watch.part.is_whole else None
    return compare(watch.campaign, watch.report, stored) if stored else None
