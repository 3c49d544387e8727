"""A part of a campaign's figures: those of one route, of one language, or as they stood at some hour.

Counters know their route, language and hour, though not their people: so a part is exact, adds up as the whole does,
and costs no look at anybody. A route's part is read from the totals; the others from the counters by the hour.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection

from campaigns.reports_counts import CampaignCounts, Counts, read_counts

_SUMS = """
SELECT route_id, step_key, counter, sum(value)
FROM (
    SELECT route_id, step_key, counter, value FROM campaigns_stepstats
    WHERE campaign_id = %(campaign)s AND (%(language)s::text IS NULL OR language = %(language)s)
        AND (%(until)s::timestamptz IS NULL OR hour < %(until)s)
    UNION ALL
    SELECT route_id, step_key, counter, value FROM campaigns_stepdelta
    WHERE campaign_id = %(campaign)s AND (%(language)s::text IS NULL OR language = %(language)s)
        AND (%(until)s::timestamptz IS NULL OR hour < %(until)s)
) AS counted
GROUP BY route_id, step_key, counter
"""
# What is counted of the campaign as a whole (step '') is a hundredth of all, and names every language.
_LANGUAGES = """
SELECT DISTINCT language
FROM (
    SELECT language FROM campaigns_stepstats
    WHERE campaign_id = %(campaign)s AND step_key = ''
        AND version_id IN (SELECT id FROM campaigns_campaignversion WHERE campaign_id = %(campaign)s)
    UNION ALL
    SELECT language FROM campaigns_stepdelta WHERE campaign_id = %(campaign)s AND step_key = ''
) AS counted
ORDER BY language
"""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Which figures are wanted: of a route, of people with a language ('' is unknown), of the hours before `until`.

    None is all of them.
    """

    route_id: int | None = None
    language: str | None = None
    until: datetime | None = None

    @property
    def is_whole(self) -> bool:
        """Is nothing left out?"""
        return self == WHOLE

    @property
    def has_lists(self) -> bool:
        """Do the lists of people know this part? They say who is where now."""
        return self.until is None


WHOLE = Part()


def read_part(campaign_id: int, part: Part) -> CampaignCounts:
    """The counters of `part` of a campaign, in one statement."""
    is_in_totals = part.language is None and part.until is None
    counts = read_counts([campaign_id])[campaign_id] if is_in_totals else _read_hours(campaign_id, part)
    if part.route_id is None:
        return counts
    return CampaignCounts(places={place: each for place, each in counts.places.items() if place[0] == part.route_id})


def languages_of(campaign_id: int) -> list[str]:
    """The languages of the people whom a campaign counts, '' (unknown) among them."""
    with connection.cursor() as cursor:
        cursor.execute(_LANGUAGES, {"campaign": campaign_id})
        return [language for (language,) in cursor.fetchall()]


def _read_hours(campaign_id: int, part: Part) -> CampaignCounts:
    places: defaultdict[tuple[int, str], dict[str, Decimal]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"campaign": campaign_id, "language": part.language, "until": part.until})
        for route_id, key, counter, value in cursor.fetchall():
            places[route_id, key][counter] = value
    return CampaignCounts(places={place: Counts(values=values) for place, values in places.items()})
