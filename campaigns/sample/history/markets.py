"""The markets of the shop, each with languages and customers of its own, so that their years can be played at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random

from campaigns.sample.people import Person, make_person
from campaigns.sample.places import Place

# Only the history's customers have it, so that a history never writes to contacts of somebody who tries the demo.
REGION = "marigold_region"
# 555-0100 to 0199 are nobody's in every area; those of the sample are not among these.
_AREAS = (
    ("Boston", 617, "America/New_York"), ("Atlanta", 404, "America/New_York"), ("Miami", 786, "America/New_York"),
    ("Denver", 303, "America/Denver"), ("Dallas", 214, "America/Chicago"), ("Houston", 713, "America/Chicago"),
    ("Portland", 503, "America/Los_Angeles"), ("Los Angeles", 213, "America/Los_Angeles"),
    ("Phoenix", 602, "America/Phoenix"), ("Detroit", 313, "America/Detroit"), ("Tampa", 813, "America/New_York"),
    ("Nashville", 615, "America/Chicago"), ("Oakland", 510, "America/Los_Angeles"), ("Austin", 737, "America/Chicago"),
    ("New York", 646, "America/New_York"), ("New York", 718, "America/New_York"), ("Chicago", 773, "America/Chicago"),
    ("San Diego", 619, "America/Los_Angeles"), ("Baltimore", 410, "America/New_York"),
    ("Orlando", 407, "America/New_York"),
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Town:
    """A place with the share of its language's speakers who live there, in per cent."""

    place: Place
    share: int


def _town(city: str, country: str, time_zone: str, *, phones: str, share: int) -> Town:
    return Town(place=Place(city=city, country=country, time_zone=time_zone, phones=phones, people=0), share=share)


@dataclass(frozen=True, kw_only=True)
class Market:
    """A market: its word in segments and campaigns, the number its first customer gets, its towns by language."""

    key: str
    label: str
    first_number: int
    towns: Mapping[str, tuple[Town, ...]]

    @property
    def languages(self) -> tuple[str, ...]:
        """What is spoken there."""
        return tuple(self.towns)


WEST = Market(
    key="west",
    label="West",
    first_number=10_001,
    towns={
        "en": (
            *(_town(city, "US", zone, phones=f"+1{area}55501{{:02}}", share=2) for city, area, zone in _AREAS),
            _town("London", "GB", "Europe/London", phones="+4474001{:05}", share=36),
            _town("Manchester", "GB", "Europe/London", phones="+4474002{:05}", share=24),
        ),
        "es": (
            _town("Madrid", "ES", "Europe/Madrid", phones="+34611{:06}", share=44),
            _town("Barcelona", "ES", "Europe/Madrid", phones="+34612{:06}", share=34),
            _town("Valencia", "ES", "Europe/Madrid", phones="+34613{:06}", share=22),
        ),
    },
)
EAST = Market(
    key="east",
    label="East",
    first_number=30_001,
    towns={
        "uk": (
            _town("Київ", "UA", "Europe/Kyiv", phones="+380501{:06}", share=48),
            _town("Львів", "UA", "Europe/Kyiv", phones="+380671{:06}", share=30),
            _town("Харків", "UA", "Europe/Kyiv", phones="+380631{:06}", share=22),
        ),
        "ru": (
            _town("Москва", "RU", "Europe/Moscow", phones="+79001{:06}", share=52),
            _town("Новосибирск", "RU", "Asia/Novosibirsk", phones="+79002{:06}", share=22),
            _town("Алматы", "KZ", "Asia/Almaty", phones="+77001{:06}", share=26),
        ),
    },
)
MARKETS = {market.key: market for market in (WEST, EAST)}


def make_joiners(market: Market, *, first: int, count: int, today: date) -> list[Person]:
    """The `count` customers of `market` from number `first` on in each of its languages, as old as on `today`."""
    return [
        _joiner(market, language, serial, today=today)
        for language in market.languages
        for serial in range(first, first + count)
    ]


def _joiner(market: Market, language: str, serial: int, *, today: date) -> Person:
    chance = Random(f"{market.key} {language} {serial}")  # noqa: S311  people are to be repeatable, not unguessable
    towns = market.towns[language]
    turn, place = serial % 100, towns[-1].place
    number_there = 0
    for town in towns:
        if turn < town.share:
            # The so many-th of this town: all of its share of each hundred before, and of this hundred.
            place, number_there = town.place, serial // 100 * town.share + turn
            break
        turn -= town.share
    languages = market.languages
    number = market.first_number + serial * len(languages) + languages.index(language)
    return make_person(chance, number, place, phone=place.phones.format(number_there), language=language, today=today)
