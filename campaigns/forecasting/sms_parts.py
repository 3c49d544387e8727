"""How many parts a message has on average, measured with the texts of some people of the audience in each language."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns import personalise, routing
from campaigns.blueprints import Blueprint
from campaigns.composing import preview
from campaigns.forecasting.crowd import Crowd
from campaigns.models import Contact
from campaigns.texts import Texts
from channels.kinds import FACTS, Channel

_PEOPLE_OF_A_LANGUAGE = 20
_MOST_LANGUAGES = 12
_NOUGHT, _ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """The parts of a message on average, by language and `overall`, where a language counts as its readers do.

    `measured` are the people whose texts were looked at.
    """

    by_language: Mapping[str, Decimal]
    overall: Decimal = _ONE
    measured: int = 0

    def of(self, language: str) -> Decimal:
        """For somebody who reads `language`."""
        return self.by_language.get(language, self.overall)


ONE_PART = Parts(by_language={})


def measure_parts(blueprint: Blueprint, crowd: Crowd) -> dict[str, Parts]:
    """The parts on each channel of `blueprint` that is charged by parts, in one query. Raises InvalidRule."""
    channels = [channel for channel in blueprint.channels if FACTS[channel].has_parts]
    readers = _readers(crowd) if channels else {}
    people = _some_of_each_language(blueprint, list(readers))
    return {channel.value: _measured(blueprint.texts, channel, people, readers) for channel in channels}


def _readers(crowd: Crowd) -> dict[str, int]:
    """How many read each of the languages that most read."""
    sizes: defaultdict[str, int] = defaultdict(int)
    for group in crowd.groups:
        sizes[group.language] += group.people
    languages = sorted(sizes, key=lambda language: (-sizes[language], language))[:_MOST_LANGUAGES]
    return {language: sizes[language] for language in languages}


def _some_of_each_language(blueprint: Blueprint, languages: Sequence[str]) -> list[Contact]:
    """The first people of each of `languages`."""
    audience = routing.audience(blueprint.campaign).order_by("pk")
    looks = [audience.filter(language=language)[:_PEOPLE_OF_A_LANGUAGE] for language in languages]
    return list(looks[0].union(*looks[1:], all=True)) if looks else []


def _measured(texts: Texts, channel: Channel, people: Sequence[Contact], readers: Mapping[str, int]) -> Parts:
    counted: defaultdict[str, list[int]] = defaultdict(list)
    for person in people:
        counted[person.language].append(_count(texts, channel, person))
    by_language = {language: Decimal(sum(each)) / len(each) for language, each in counted.items()}
    everybody = sum(readers[language] for language in by_language)
    parts = sum((readers[language] * each for language, each in by_language.items()), _NOUGHT)
    return Parts(
        by_language=by_language,
        overall=parts / everybody if everybody else _ONE,
        measured=len(people),
    )


def _count(texts: Texts, channel: Channel, person: Contact) -> int:
    content = texts.used_on(channel, person.language)
    if content is None:
        return 1
    values = personalise.contact_values(person)
    shown = preview(content, channel=channel, links=texts.links, values=values, language=person.language)
    return max(shown.measure.parts, 1) if shown.measure else 1
