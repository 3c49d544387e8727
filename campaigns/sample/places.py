"""Where people of the sample live, and the telephone numbers there, which nobody has.

The United States keep numbers for films and demos: 555-0100 to 0199 in every area. Elsewhere the numbers are
valid ones that are plainly made up (those that the United Kingdom keeps, 07700 900 000, count as invalid);
nothing of the sample leaves the sandbox anyway.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Place:
    """A city; `phones` with the next number in it is a number there, for `people` of the sample."""

    city: str
    country: str
    time_zone: str
    phones: str
    people: int


def _us(city: str, area: int, time_zone: str, people: int) -> Place:
    phones = f"+1{area}55501{{:02}}"
    return Place(city=city, country="US", time_zone=time_zone, phones=phones, people=people)


PLACES: dict[str, tuple[Place, ...]] = {
    "en": (
        _us("New York", 212, "America/New_York", 32),
        _us("Chicago", 312, "America/Chicago", 26),
        _us("Austin", 512, "America/Chicago", 18),
        _us("San Francisco", 415, "America/Los_Angeles", 22),
        _us("Seattle", 206, "America/Los_Angeles", 16),
        Place(city="London", country="GB", time_zone="Europe/London", phones="+447400000{:03}", people=26),
    ),
    "es": (
        Place(city="Madrid", country="ES", time_zone="Europe/Madrid", phones="+34600000{:03}", people=38),
        Place(city="Barcelona", country="ES", time_zone="Europe/Madrid", phones="+34600001{:03}", people=28),
        Place(city="Sevilla", country="ES", time_zone="Europe/Madrid", phones="+34600002{:03}", people=18),
        _us("Miami", 305, "America/New_York", 16),
    ),
    "uk": (
        Place(city="Київ", country="UA", time_zone="Europe/Kyiv", phones="+38050000{:04}", people=44),
        Place(city="Львів", country="UA", time_zone="Europe/Kyiv", phones="+38067000{:04}", people=26),
        Place(city="Одеса", country="UA", time_zone="Europe/Kyiv", phones="+38063000{:04}", people=20),
    ),
    "ru": (
        Place(city="Москва", country="RU", time_zone="Europe/Moscow", phones="+7900000{:04}", people=36),
        Place(city="Екатеринбург", country="RU", time_zone="Asia/Yekaterinburg", phones="+7900001{:04}", people=16),
        Place(city="Алматы", country="KZ", time_zone="Asia/Almaty", phones="+7700000{:04}", people=18),
    ),
}
