"""Birth dates as people write them: the order of day and month is guessed from a whole column, never from a cell."""

import re
from collections.abc import Iterable
from datetime import date

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

EARLIEST_YEAR = 1900
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ].*)?", re.ASCII)
_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_SHORT = re.compile(r"(\d{1,2})[-/. ]+(\d{1,2})[-/. ]+(\d{4}|\d{2})(?:[T ,].*)?", re.ASCII)
_LAST_MONTH = 12


class DateOrder(models.TextChoices):
    """Which comes first in a date that does not begin with its year."""

    DAY_FIRST = "dmy", _("day, month, year (31.12.1990)")
    MONTH_FIRST = "mdy", _("month, day, year (12/31/1990)")


def guess_order(cells: Iterable[str]) -> DateOrder | None:
    """The only order in which all of `cells` that look like dates are dates; None where either one would do.

    A column in which some dates need one order and some the other gets the order of the most.
    """
    days_first = months_first = 0
    for cell in cells:
        if found := _SHORT.fullmatch(cell.strip()):
            days_first += int(found[1]) > _LAST_MONTH
            months_first += int(found[2]) > _LAST_MONTH
    if days_first == months_first:
        return None
    return DateOrder.DAY_FIRST if days_first > months_first else DateOrder.MONTH_FIRST


def ambiguous_date(cells: Iterable[str]) -> str:
    """The first of `cells` that is a date in both orders, and a different one; '' if there is none."""
    for cell in cells:
        found = _SHORT.fullmatch(cell.strip())
        if found and found[1].lstrip("0") != found[2].lstrip("0") and max(int(found[1]), int(found[2])) <= _LAST_MONTH:
            return cell.strip()
    return ""


def clean_birth_date(cell: str, order: DateOrder, today: date) -> date | None:
    """The date that `cell` writes, in ISO form or in `order`; None for an empty cell.

    Two digits of a year are the latest such year up to `today`. Raises ValueError with a
    sentence for what is no date, lies in the future or before 1900.
    """
    if not cell:
        return None
    try:
        born = date(*_year_month_day(cell, order, today))
    except ValueError as error:
        raise ValueError(gettext("“%(value)s” is not a date.") % {"value": cell[:50]}) from error
    return possible(born, today=today, written=cell[:50])


def possible(born: date, *, today: date, written: str) -> date:
    """`born`, called `written`. Raises ValueError with a sentence where it lies in the future or before 1900."""
    if born > today:
        raise ValueError(gettext("The birth date %(value)s is in the future.") % {"value": written})
    if born.year < EARLIEST_YEAR:
        raise ValueError(gettext("The birth date %(value)s is too long ago.") % {"value": written})
    return born


def _year_month_day(cell: str, order: DateOrder, today: date) -> tuple[int, int, int]:
    if found := _ISO.fullmatch(cell) or _DIGITS.fullmatch(cell):
        return int(found[1]), int(found[2]), int(found[3])
    found = _SHORT.fullmatch(cell)
    if not found:
        raise ValueError(cell)
    first, second = int(found[1]), int(found[2])
    day, month = (first, second) if order == DateOrder.DAY_FIRST else (second, first)
    return _full_year(found[3], today), month, day


def _full_year(digits: str, today: date) -> int:
    if len(digits) > 2:
        return int(digits)
    century = today.year // 100 * 100
    year = century + int(digits)
    return year if year <= today.year else year - 100
