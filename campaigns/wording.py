"""Figures, money and durations as a person reads them in the active language."""

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext

NOTHING = "—"
_CENT = Decimal("0.01")
_NO_BREAK = "\N{NO-BREAK SPACE}"
_SYMBOLS = {
    "USD": "$",
    "EUR": "€",
    "GBP": "£",
    "UAH": "₴",
    "RUB": "₽",
    "KZT": "₸",
    "PLN": "zł",
    "INR": "₹",
}
# Beyond so many of one unit a person can no longer picture it, and two units say it better.
_MOST_OF_ONE_UNIT = 99


def number(value: float | Decimal | None, decimals: int | None = None) -> str:
    """`value` with the language's separators, rounded to `decimals` where given; a dash for None."""
    if value is None:
        return NOTHING
    return number_format(value, decimal_pos=decimals, force_grouping=True)


def money(amount: Decimal | float | None, currency: str) -> str:
    """`amount` in `currency` (ISO 4217), with two decimals, or more for prices below a unit that need them."""
    if amount is None:
        return NOTHING
    rounded = _rounded(Decimal(str(amount)))
    figure, sign = number(abs(rounded)), "-" if rounded < 0 else ""
    symbol = _SYMBOLS.get(currency, currency)
    if (get_language() or "en").startswith("en"):
        return f"{sign}{symbol}{'' if len(symbol) == 1 else _NO_BREAK}{figure}"
    return f"{sign}{figure}{_NO_BREAK}{symbol}"


def _rounded(amount: Decimal) -> Decimal:
    """To cents; below a unit to the first two figures that are not 0 (0.0064), at least to thousandths."""
    cents = amount.quantize(_CENT, rounding=ROUND_HALF_UP)
    if cents == amount or abs(amount) >= 1:
        return cents
    finer = amount.quantize(Decimal(1).scaleb(min(-3, amount.adjusted() - 1)), rounding=ROUND_HALF_UP).normalize()
    return finer.quantize(_CENT) if finer == finer.quantize(_CENT) else finer


def percent(part: float | Decimal | None, whole: float | Decimal | None) -> str:
    """What share of `whole` is `part`, as "41.6%"; a dash where there is nothing to have a share of."""
    if part is None or not whole:
        return NOTHING
    share = (Decimal(str(part)) * 100 / Decimal(str(whole))).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    decimals = 0 if share == share.to_integral_value() else 1
    return gettext("%(figure)s%%") % {"figure": number(share, decimals)}


def duration(value: timedelta | None) -> str:
    """`value` in the largest unit that divides it ("2 hours", "90 minutes"), or in its two largest units."""
    if value is None:
        return NOTHING
    seconds = round(value.total_seconds())
    for unit in _UNIT_SECONDS:
        if seconds % unit == 0 and 0 < seconds // unit <= _MOST_OF_ONE_UNIT:
            return _in_unit(seconds // unit, unit)
    return _in_two_units(seconds)


_DAY, _HOUR, _MINUTE, _SECOND = _UNIT_SECONDS = (86_400, 3_600, 60, 1)


def _in_two_units(seconds: int) -> str:
    unit = next((unit for unit in _UNIT_SECONDS if seconds >= unit), _SECOND)
    count, rest = divmod(seconds, unit)
    smaller = _UNIT_SECONDS[min(_UNIT_SECONDS.index(unit) + 1, len(_UNIT_SECONDS) - 1)]
    if unit == smaller or rest < smaller:
        return _in_unit(count, unit)
    return f"{_in_unit(count, unit)} {_in_unit(rest // smaller, smaller)}"


def _in_unit(count: int, unit: int) -> str:
    words = {
        _DAY: ngettext("%(count)s day", "%(count)s days", count),
        _HOUR: ngettext("%(count)s hour", "%(count)s hours", count),
        _MINUTE: ngettext("%(count)s minute", "%(count)s minutes", count),
        _SECOND: ngettext("%(count)s second", "%(count)s seconds", count),
    }
    return words[unit] % {"count": number(count)}
