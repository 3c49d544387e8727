"""What a phone number tells of its owner: the country, and the time zone of a country that has one."""

from functools import cache
from importlib.resources import files

import phonenumbers

_LONGEST_CALLING_CODE = 3


@cache
def single_zones() -> dict[str, str]:
    """The time zone of each country (ISO 3166 code) that has only one.

    From the tables of the IANA database: zone1970.tab, where the first country of a line is the one the
    zone is named for (so Ukraine has one), and zone.tab for countries that share a neighbour's zone.
    """
    main = _zones_by_country("zone1970.tab")
    own = _zones_by_country("zone.tab")
    found = {**own, **main}
    return {country: zones[0] for country, zones in found.items() if len(zones) == 1}


def phone_country(number: str) -> str:
    """The country (ISO 3166 code) of a phone number in E.164; '' where none has it (satellite phones)."""
    digits = number.removeprefix("+")
    for length in range(1, _LONGEST_CALLING_CODE + 1):
        regions = phonenumbers.COUNTRY_CODE_TO_REGION_CODE.get(int(digits[:length]))
        if regions:
            return _region(number, regions)
    return ""


def _region(number: str, regions: tuple[str, ...]) -> str:
    # Of the calling codes most belong to one country, and need no second look at the number.
    found = regions[0] if len(regions) == 1 else phonenumbers.region_code_for_number(phonenumbers.parse(number))
    return found if found and found.isalpha() else ""


def _zones_by_country(table: str) -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {}
    text = (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            countries, _place, zone = line.split("\t")[:3]
            zones.setdefault(countries.split(",")[0], []).append(zone)
    return zones
