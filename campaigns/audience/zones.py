"""The time zone of a country that has only one."""

from functools import cache
from importlib.resources import files


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


def _zones_by_country(table: str) -> dict[str, list[str]]:
    zones: dict[str, list[str]] = {}
    text = (files("tzdata") / "zoneinfo" / table).read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("#"):
            countries, _place, zone = line.split("\t")[:3]
            zones.setdefault(countries.split(",")[0], []).append(zone)
    return zones
