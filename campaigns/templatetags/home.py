"""What only the first page draws. `{% load home %}` brings it."""

from collections.abc import Sequence
from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_STEP, _WIDTH, _HEIGHT, _LEAST = 12, 8, 28, 2


@register.simple_tag
def day_bars(days: Sequence[int | Decimal], colour: str = "azure") -> SafeString:
    """`{% day_bars figure.days %}`: a small bar for each day, the highest as high as the picture; nothing to read."""
    most = max(days) or 1
    bars = ((place * _STEP, _HEIGHT - height, _WIDTH, height) for place, height in enumerate(_heights(days, most)))
    return format_html(
        '<svg class="day-bars text-{}" viewBox="0 0 {} {}" aria-hidden="true">{}</svg>',
        colour,
        len(days) * _STEP - (_STEP - _WIDTH),
        _HEIGHT,
        format_html_join("", '<rect x="{}" y="{}" width="{}" height="{}" rx="1.5"/>', bars),
    )


def _heights(days: Sequence[int | Decimal], most: int | Decimal) -> list[int]:
    return [max(_LEAST, round(max(day, 0) / most * _HEIGHT)) for day in days]
