"""Choices that several forms offer."""

from functools import cache
from zoneinfo import available_timezones

_AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")


@cache
def time_zones() -> tuple[tuple[str, str], ...]:
    """The world's time zones by place, and UTC: (name, name as it is read)."""
    names = sorted(name for name in available_timezones() if name.startswith(_AREAS))
    return (("UTC", "UTC"), *((name, name.replace("_", " ")) for name in names))
