"""The segments of a market, among its own customers only."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from campaigns.audience.rules import parse
from campaigns.audience.segmenting import save_segment
from campaigns.models import Segment, User
from campaigns.sample.history.markets import REGION, Market

HALF_A_YEAR = timedelta(days=182)
SPEAKERS = {"en": "English", "es": "Spanish", "uk": "Ukrainian", "ru": "Russian"}
LIKES = {"coffee": ("coffee",), "fashion": ("fashion",), "sport or travel": ("sport", "travel")}


class Group(NamedTuple):
    """Whom a segment selects: by its key in the calendar, its name, and what must hold of people."""

    key: str
    name: str
    conditions: list[dict[str, Any]]


def load_segments(market: Market, *, by: User, today: date) -> dict[str, Segment]:
    """The segments of `market` by key, saved where they are not there yet."""
    there = {segment.name: segment for segment in Segment.objects.filter(name__startswith=f"{market.label}: ")}
    found = {}
    for group in groups(market, today):
        found[group.key] = there.get(group.name) or _saved(market, group, by=by)
    return found


def _saved(market: Market, group: Group, *, by: User) -> Segment:
    segment = Segment(name=group.name)
    of_market = {"field": "attribute", "is": "equals", "name": REGION, "value": market.key}
    save_segment(segment=segment, rule=parse({"op": "all", "rules": [of_market, *group.conditions]}), by=by)
    return segment


def groups(market: Market, today: date) -> Iterator[Group]:
    """Everybody of `market` who can be meant together, as on `today`."""
    for language in market.languages:
        speaks = {"field": "language", "is": "in", "value": [language]}
        for liked, preferences in LIKES.items():
            likes = {"field": "preferences", "is": "any_of", "value": list(preferences)}
            name = f"{market.label}: {SPEAKERS[language]} speakers who like {liked}"
            yield Group(f"{language} {liked}", name, [speaks, likes])
    for tier in ("gold", "silver"):
        has_tier = {"field": "attribute", "is": "equals", "name": "loyalty_tier", "value": tier}
        yield Group(tier, f"{market.label}: {tier} members", [has_tier])
    long_ago = (today - HALF_A_YEAR).isoformat()
    away = {"field": "attribute", "is": "before", "name": "last_purchase", "value": long_ago}
    yield Group("away", f"{market.label}: bought nothing for half a year", [away])
    yield Group("young", f"{market.label}: 18 to 25", [{"field": "age", "is": "between", "value": [18, 25]}])
    yield Group("older", f"{market.label}: over 40", [{"field": "age", "is": "between", "value": [41, 80]}])
