"""Periods of days, in the reader's time zone: those that people ask for again and again, and the one before each."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext_lazy as _

_DAY = timedelta(days=1)


class Preset(models.TextChoices):
    """What people ask for again and again. Those up to today include it."""

    LAST_7 = "7d", _("Last 7 days")
    LAST_30 = "30d", _("Last 30 days")
    LAST_90 = "90d", _("Last 90 days")
    THIS_MONTH = "this-month", _("This month")
    LAST_MONTH = "last-month", _("Last month")
    THIS_YEAR = "this-year", _("This year")
    OWN = "own", _("Own dates")


_LENGTHS = {Preset.LAST_7: 7, Preset.LAST_30: 30, Preset.LAST_90: 90}


@dataclass(frozen=True, kw_only=True)
class Period:
    """From the beginning of one day to the end of another, in the reader's time zone; how it was asked for is kept."""

    begins_on: date
    ends_on: date
    preset: Preset = Preset.OWN

    @classmethod
    def of(cls, preset: Preset, today: date | None = None) -> "Period":
        """The period that `preset` means `today`; for OWN the usual one, the last thirty days."""
        today = today or localdate()
        first = today.replace(day=1)
        match preset:
            case Preset.THIS_MONTH:
                return cls(begins_on=first, ends_on=today, preset=preset)
            case Preset.LAST_MONTH:
                return cls(begins_on=_month_before(first), ends_on=first - _DAY, preset=preset)
            case Preset.THIS_YEAR:
                return cls(begins_on=first.replace(month=1), ends_on=today, preset=preset)
            case Preset.OWN:
                return cls.of(Preset.LAST_30, today)
        return cls(begins_on=today - (_LENGTHS[preset] - 1) * _DAY, ends_on=today, preset=preset)

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.ends_on - self.begins_on).days + 1

    @property
    def begins_at(self) -> datetime:
        """Its first instant. A day does not begin at midnight where clocks are put forward then."""
        return make_aware(datetime.combine(self.begins_on, time.min))

    @property
    def ends_before(self) -> datetime:
        """The first instant after it."""
        return make_aware(datetime.combine(self.ends_on + _DAY, time.min))

    @property
    def has_whole_months(self) -> bool:
        """Does it begin with a month and end with one?"""
        return self.begins_on.day == (self.ends_on + _DAY).day == 1

    @property
    def before(self) -> "Period":
        """What it is compared with: as many months before, the same days a year ago, or as many days just before.

        Own days that are whole months are compared like the months, so that a page says what the mail that led to it
        says.
        """
        match self.preset:
            case Preset.THIS_MONTH:
                begins_on = _month_before(self.begins_on)
                return Period(
                    begins_on=begins_on, ends_on=begins_on + min(self.days, _days_in(begins_on)) * _DAY - _DAY
                )
            case Preset.LAST_MONTH:
                return Period(begins_on=_month_before(self.begins_on), ends_on=self.begins_on - _DAY)
            case Preset.THIS_YEAR:
                return Period(begins_on=_year_before(self.begins_on), ends_on=_year_before(self.ends_on))
        if self.preset == Preset.OWN and self.has_whole_months:
            return Period(begins_on=self._months_before, ends_on=self.begins_on - _DAY)
        return Period(begins_on=self.begins_on - self.days * _DAY, ends_on=self.begins_on - _DAY)

    @property
    def _months_before(self) -> date:
        """The first day of as many whole months just before."""
        months = (self.ends_on.year - self.begins_on.year) * 12 + self.ends_on.month - self.begins_on.month + 1
        year, month = divmod(self.begins_on.year * 12 + self.begins_on.month - 1 - months, 12)
        return date(year, month + 1, 1)


def _month_before(first: date) -> date:
    return (first - _DAY).replace(day=1)


def _days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]


def _year_before(day: date) -> date:
    """The same day a year ago; of February 29 there is none, and its eve is the nearest."""
    return day.replace(year=day.year - 1, day=min(day.day, monthrange(day.year - 1, day.month)[1]))
