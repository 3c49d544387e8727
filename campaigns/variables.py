"""The variables that a campaign's texts may use: what contacts have, their attributes, its tracked links."""

from collections.abc import Collection, Iterable

from django.db import connection

from campaigns.composing import UNSUBSCRIBE
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignKind
from campaigns.personalise import CONTACT_VARIABLES, variable_name

# So many of the newest contacts are asked for their attributes, so that the page is quick with millions of them.
SAMPLE_SIZE = 20_000

_NEWEST = """
SELECT DISTINCT name FROM (
    SELECT attributes FROM campaigns_contact
    WHERE deleted_at IS NULL AND attributes <> '{}'::jsonb ORDER BY id DESC LIMIT %s
) newest, jsonb_object_keys(attributes) AS name
"""
_ALL = """
SELECT DISTINCT name FROM campaigns_contact, jsonb_object_keys(attributes) AS name WHERE deleted_at IS NULL
"""


def offered(links: Iterable[str] = ("link",)) -> tuple[str, ...]:
    """The names to offer beside a text: of every contact, of attributes among the newest contacts, of `links`."""
    attributes = sorted(_attributes(_NEWEST, [SAMPLE_SIZE]) - set(CONTACT_VARIABLES))
    return tuple(dict.fromkeys((*CONTACT_VARIABLES, *attributes, *links, UNSUBSCRIBE)))


def known(used: Collection[str], links: Iterable[str] = ("link",)) -> frozenset[str]:
    """All names that a text may use. All contacts are read only if one of the `used` names is not offered."""
    names = frozenset(offered(links))
    return names if names.issuperset(used) else names | _attributes(_ALL, [])


def attribute_keys(name: str) -> list[str]:
    """The attributes of the newest contacts that stand in texts as `name`, as the contacts have them."""
    return sorted(key for key in _keys(_NEWEST, [SAMPLE_SIZE]) if variable_name(key) == name)


def come_with_entries(campaign: Campaign) -> bool:
    """May whoever enrols people send values for any variable along?"""
    return campaign.kind != CampaignKind.ONCE


def _attributes(query: str, parameters: list[int]) -> frozenset[str]:
    return frozenset(filter(None, map(variable_name, _keys(query, parameters))))


def _keys(query: str, parameters: list[int]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return [key for (key,) in cursor.fetchall()]
