"""Figures, money and durations in words, and the tags that draw them."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.template import engines
from django.utils import translation

from campaigns import wording


def rendered(source: str, **context: object) -> str:
    return str(engines["django"].from_string(source).render(context))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (timedelta(hours=2), "2 hours"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=60), "1 hour"),
        (timedelta(seconds=30), "30 seconds"),
        (timedelta(days=90), "90 days"),
        (timedelta(hours=36), "36 hours"),
        # Too many of one unit: two units, cut off below.
        (timedelta(seconds=100_000), "1 day 3 hours"),
        (timedelta(hours=100), "4 days 4 hours"),
        (timedelta(days=120), "120 days"),
        (timedelta(0), "0 seconds"),
        (None, "—"),
    ],
)
def test_a_duration_is_told_in_the_unit_that_fits(value: timedelta | None, words: str) -> None:
    assert wording.duration(value) == words


@pytest.mark.parametrize(
    ("amount", "language", "words"),
    [
        ("537.78", "en", "$537.78"),
        ("0.031", "en", "$0.031"),
        ("0.5", "en", "$0.50"),
        ("0.0064", "en", "$0.0064"),
        ("0.0001", "en", "$0.0001"),
        ("0.123456", "en", "$0.123"),
        ("0.9999", "en", "$1.00"),
        ("0", "en", "$0.00"),
        ("-3", "en", "-$3.00"),
        ("1234567.891", "en", "$1,234,567.89"),
        ("1234567.891", "ru", "1 234 567,89 $"),
    ],
)
def test_money_is_written_as_the_language_writes_it(amount: str, language: str, words: str) -> None:
    with translation.override(language):
        assert wording.money(Decimal(amount), "USD").replace("\xa0", " ") == words


def test_a_rate_never_stands_without_its_denominator() -> None:
    """Mautic showed percentages above 100 of nobody knew what: mautic#2507."""
    assert rendered("{% load cascade %}{% percent 5197 12480 %}") == '<span class="rate">41.6% of 12,480</span>'
    assert wording.percent(1, 0) == "—"
    assert wording.percent(5, 5) == "100%"


def test_a_bar_is_drawn_and_said_in_any_language() -> None:
    with translation.override("ru"):
        bar = rendered("{% load cascade %}{% stat_bar value 12480 %}", value=Decimal("5197.5"))
    assert 'value="5197.5" max="12480"' in bar
    assert 'aria-label="' in bar
