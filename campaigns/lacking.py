"""How many people of an audience have no value for a variable, and will read its default, or a gap."""

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import F, Func, Q, TextField, Value

from campaigns import routing, variables
from campaigns.audience.rules import InvalidRule
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignKind
from campaigns.models.contacts import ContactQuerySet

# Counting a million people takes a moment; while a text is written, they hardly change.
_REMEMBERED = 300

_EMPTY = {
    "first_name": Q(first_name=""),
    "last_name": Q(last_name=""),
    "full_name": Q(first_name="", last_name=""),
    "birth_date": Q(birth_date=None),
    "language": Q(language=""),
    "country": Q(country=""),
    "external_id": Q(external_id=None) | Q(external_id=""),
}


@dataclass(frozen=True, kw_only=True)
class Lack:
    """So many `people` `of` an audience have nothing for a variable."""

    people: int
    of: int


def count(campaign: Campaign, name: str) -> Lack | None:
    """The people of the audience of `campaign` without a value for the variable `name`, remembered for minutes.

    None where there is no audience to count: people come by API, or the rule of the segment is broken.
    """
    if campaign.kind != CampaignKind.ONCE:
        return None
    try:
        people = routing.audience(campaign)
    except InvalidRule:
        return None
    found = Lack(people=_without(people, name).count(), of=people.count())
    cache.set(_key(campaign, name), found, _REMEMBERED)
    return found


def remembered(campaign: Campaign, name: str) -> Lack | None:
    """What `count` found in the last minutes, None where nobody has asked it."""
    found: Lack | None = cache.get(_key(campaign, name))
    return found


def _without(people: ContactQuerySet, name: str) -> ContactQuerySet:
    if name in _EMPTY:
        return people.filter(_EMPTY[name])
    for number, key in enumerate(variables.attribute_keys(name)):
        alias = f"value_{number}"
        people = people.alias(**{alias: _attribute(key)})
        people = people.filter(Q(**{f"{alias}__isnull": True}) | Q(**{alias: ""}))
    return people


def _attribute(key: str) -> Func:
    """The attribute called `key` as text; Django's own look-up takes "2024" for a place in a list."""
    return Func(F("attributes"), Value(key), function="jsonb_extract_path_text", output_field=TextField())


def _key(campaign: Campaign, name: str) -> str:
    # Names may be in any script, and some caches take keys in ASCII only.
    return f"lacking:{campaign.segment_id}:{name.encode().hex()}"
