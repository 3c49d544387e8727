"""The languages that an audience speaks, and whether a text was written for them."""

from dataclasses import dataclass

from django.db.models import Count

from campaigns.audience.places import language_label
from campaigns.audience.rules import InvalidRule
from campaigns.blueprints import Blueprint
from campaigns.editor import Place
from campaigns.previews import audience_of

_MOST = 30


@dataclass(frozen=True, kw_only=True)
class SpokenLanguage:
    """A language `code` of contacts, spoken by `people` of the audience; `has_text` for the channel in question."""

    code: str
    name: str
    people: int
    has_text: bool


def spoken_by(blueprint: Blueprint, place: Place) -> list[SpokenLanguage]:
    """The languages of the audience, those of most people first; none where the rule of the segment is broken."""
    try:
        people = audience_of(blueprint.campaign).exclude(language="")
        rows = people.values_list("language").annotate(people=Count("pk")).order_by("-people", "language")[:_MOST]
        counted = [(str(code), int(number)) for code, number in rows]
    except InvalidRule:
        return []
    return [
        SpokenLanguage(
            code=code,
            name=language_label(code),
            people=number,
            has_text=blueprint.texts.find(place.channel, code) is not None,
        )
        for code, number in counted
    ]
