"""What the operations page shows: depths, ages, rates. `{% load operations %}` brings it."""

from datetime import datetime, timedelta

from django import template
from django.utils.translation import gettext, pgettext

from campaigns import wording
from campaigns.operations.backlog import Depth

register = template.Library()


@register.filter
def depth(value: Depth) -> str:
    """`{{ due|depth }}`: "1,204", or "more than 10,000" where nobody counted on."""
    counted = wording.number(value.count)
    return gettext("more than %(count)s") % {"count": counted} if value.is_more else counted


@register.simple_tag
def age(since: datetime | None, now: datetime) -> str:
    """`{% age line.oldest_at now %}`: "4 minutes", "just now", a dash where there is nothing."""
    return span(None if since is None else now - since)


@register.filter
def span(value: timedelta | None) -> str:
    """`{{ queue.oldest|span }}`: how long, in whole seconds; "just now" for less."""
    if value is None:
        return wording.NOTHING
    if value < timedelta(seconds=1):
        return pgettext("age", "just now")
    seconds = round(value.total_seconds())
    return wording.duration(timedelta(seconds=seconds if seconds < 100 else seconds // 60 * 60))


@register.filter
def rate(value: float) -> str:
    """`{{ 12.34|rate }}`: "12.3", "0.02"; whole numbers from a hundred on."""
    if not value or value >= 100:
        return wording.number(value, 0)
    return wording.number(value, 1 if value >= 1 else 2)
