"""The segments of the sample."""

from datetime import date, timedelta
from typing import Any

from campaigns.audience.rules import parse
from campaigns.audience.segmenting import save_segment
from campaigns.models import Segment, User

YOUNG = "Customers of 18 to 25"
LIKE_FASHION_OR_COFFEE = "Like fashion or coffee"
SPEAK_SPANISH = "Spanish speakers"
BIRTHDAY = "Birthday within 30 days"
ON_VIBER = "Reachable on Viber"
GOLD = "Gold members"
LONG_AWAY = "Bought nothing for half a year"
HALF_A_YEAR = timedelta(days=182)


def load_segments(*, by: User, today: date) -> dict[str, Segment]:
    """Save all segments; gives them by name."""
    segments = {name: Segment(name=name) for name in _rules(today)}
    for name, conditions in _rules(today).items():
        save_segment(segment=segments[name], rule=parse({"op": "all", "rules": conditions}), by=by)
    return segments


def _rules(today: date) -> dict[str, list[dict[str, Any]]]:
    half_a_year_ago = (today - HALF_A_YEAR).isoformat()
    return {
        YOUNG: [{"field": "age", "is": "between", "value": [18, 25]}],
        LIKE_FASHION_OR_COFFEE: [{"field": "preferences", "is": "any_of", "value": ["fashion", "coffee"]}],
        SPEAK_SPANISH: [{"field": "language", "is": "in", "value": ["es"]}],
        BIRTHDAY: [{"field": "birthday", "is": "within_days", "value": 30}],
        ON_VIBER: [{"field": "reachable", "is": "on", "channel": "viber", "purpose": "marketing"}],
        GOLD: [{"field": "attribute", "is": "equals", "name": "loyalty_tier", "value": "gold"}],
        LONG_AWAY: [{"field": "attribute", "is": "before", "name": "last_purchase", "value": half_a_year_ago}],
    }
