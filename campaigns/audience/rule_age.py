"""Conditions on the birth date: age, birthday, known or not."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal

from django.db.models import Q
from django.utils.translation import gettext, ngettext
from pydantic import Field

from campaigns.audience.rule_schema import Condition, FileNames, Years, YearSpan


class AgeBetween(Condition):
    """Full years of age, both ends included."""

    field: Literal["age"]
    is_: Literal["between"] = Field(alias="is")
    value: YearSpan

    def as_q(self, today: date) -> Q:
        """A range of birth dates, so that its index serves."""
        return _aged(today, at_least=self.value[0], at_most=self.value[1])

    def describe(self, files: FileNames) -> str:
        """As "are 18 to 25 years old"."""
        youngest, oldest = self.value
        return gettext("are %(youngest)s to %(oldest)s years old") % {"youngest": youngest, "oldest": oldest}


class AgeAtLeast(Condition):
    """So many full years of age or more."""

    field: Literal["age"]
    is_: Literal["at_least"] = Field(alias="is")
    value: Years

    def as_q(self, today: date) -> Q:
        """Born on or before a day."""
        return _aged(today, at_least=self.value)

    def describe(self, files: FileNames) -> str:
        """As "are 18 or older"."""
        return gettext("are %(age)s or older") % {"age": self.value}


class AgeAtMost(Condition):
    """So many full years of age or fewer."""

    field: Literal["age"]
    is_: Literal["at_most"] = Field(alias="is")
    value: Years

    def as_q(self, today: date) -> Q:
        """Born after a day, and not in the future."""
        return _aged(today, at_least=0, at_most=self.value)

    def describe(self, files: FileNames) -> str:
        """As "are 25 or younger"."""
        return gettext("are %(age)s or younger") % {"age": self.value}


class BirthdayToday(Condition):
    """The birthday is today. Those born on 29 February have it on the 28th in other years."""

    field: Literal["birthday"]
    is_: Literal["today"] = Field(alias="is")

    parts: ClassVar[tuple[str, ...]] = ()

    def as_q(self, today: date) -> Q:
        """Born on this day of a year."""
        return _has_birthday(today, today)

    def describe(self, files: FileNames) -> str:
        """As "have their birthday today"."""
        return gettext("have their birthday today")


class BirthdayWithin(Condition):
    """The birthday is today or on one of the next days."""

    field: Literal["birthday"]
    is_: Literal["within_days"] = Field(alias="is")
    value: Annotated[int, Field(ge=1, le=366)]

    def as_q(self, today: date) -> Q:
        """Born on one of those days of a year."""
        return _has_birthday(today, today + timedelta(days=self.value))

    def describe(self, files: FileNames) -> str:
        """As "have their birthday within 7 days"."""
        sentence = ngettext(
            "have their birthday within %(days)s day", "have their birthday within %(days)s days", self.value
        )
        return sentence % {"days": self.value}


class BirthDateKnown(Condition):
    """Whether the birth date is known."""

    field: Literal["birth_date"]
    is_: Literal["known", "unknown"] = Field(alias="is")

    parts: ClassVar[tuple[str, ...]] = ()

    def as_q(self, today: date) -> Q:
        """There is one, or there is none."""
        return Q(birth_date__isnull=self.is_ == "unknown")

    def describe(self, files: FileNames) -> str:
        """As "have a known birth date"."""
        return gettext("have a known birth date") if self.is_ == "known" else gettext("have no known birth date")


def _aged(today: date, *, at_least: int, at_most: int | None = None) -> Q:
    born = Q(birth_date__isnull=False, birth_date__lte=_years_before(today, at_least))
    return born if at_most is None else born & Q(birth_date__gt=_years_before(today, at_most + 1))


def _years_before(today: date, years: int) -> date:
    """The latest birth date of those who are `years` old today; born on 29 February, one ages on 1 March."""
    try:
        return today.replace(year=today.year - years)
    except ValueError:
        return today.replace(year=today.year - years, day=28)


def _has_birthday(first: date, last: date) -> Q:
    """Born on a day of the year from `first` to `last`, at most a little more than a year later."""
    if (last - first).days >= 365:
        return Q(birth_date__isnull=False)
    chosen = Q()
    for month, days in _days_by_month(first, last).items():
        chosen |= Q(birth_date__month=month, birth_date__day__in=days)
    return Q(birth_date__isnull=False) & chosen


def _days_by_month(first: date, last: date) -> dict[int, list[int]]:
    days: dict[int, list[int]] = {}
    for offset in range((last - first).days + 1):
        day = first + timedelta(days=offset)
        days.setdefault(day.month, []).append(day.day)
        if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
            days[2].append(29)
    return days
