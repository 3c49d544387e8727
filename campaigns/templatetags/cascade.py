"""What the pages show again and again: icons, channels, figures, bars. `{% load cascade %}` brings it."""

from decimal import Decimal
from typing import Any

from django import template
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from campaigns import icons, permissions, wording
from channels import kinds

register = template.Library()

Figure = int | float | Decimal | None


@register.simple_tag
def icon(name: str, css: str = "", label: str = "") -> SafeString:
    """`{% icon "bell" %}`: a Tabler icon; `css` adds classes, `label` gives it a meaning of its own."""
    return icons.draw(name, css=css, label=label)


@register.simple_tag
def channel_icon(channel: str, size: str = "") -> SafeString:
    """`{% channel_icon "sms" %}`: the channel's icon in a round of its colour; its name is read aloud. `size`: "sm"."""
    facts = kinds.facts(channel)
    return format_html(
        '<span class="channel-mark {} text-{}" title="{}">{}</span>',
        f"channel-mark-{size}" if size else "",
        facts.colour,
        kinds.Channel(channel).label,
        icons.draw(facts.icon, label=str(kinds.Channel(channel).label)),
    )


@register.simple_tag
def channel_badge(channel: str, name: str = "") -> SafeString:
    """`{% channel_badge "sms" %}`: icon and name of the channel in its colour, or `name` instead of the channel's."""
    facts = kinds.facts(channel)
    text = name or kinds.Channel(channel).label
    return format_html(
        '<span class="badge channel-badge text-{}">{} <span>{}</span></span>',
        facts.colour,
        icons.draw(facts.icon),
        text,
    )


@register.simple_tag
def badge(text: str, colour: str = "secondary", dot: bool = False) -> SafeString:
    """`{% badge "Running" colour="green" dot=True %}`: a status; a dot says that something goes on right now."""
    mark = SafeString('<span class="status-dot status-dot-animated"></span>') if dot else ""
    return format_html('<span class="status status-{}">{}{}</span>', colour, mark, text)


@register.simple_tag
def stat_bar(value: Figure, total: Figure, colour: str = "primary", label: str = "") -> SafeString:
    """`{% stat_bar 5197 12480 colour="green" label=… %}`: how much of `total` is `value`, as a bar.

    `label` is what screen readers say of it; without one they hear "5,197 of 12,480".
    """
    spoken = label or gettext("%(part)s of %(whole)s") % {
        "part": wording.number(value),
        "whole": wording.number(total),
    }
    return format_html(
        '<progress class="progress stat-bar text-{}" value="{}" max="{}" aria-label="{}"></progress>',
        colour,
        _plain(value),
        _plain(total or 1),
        spoken,
    )


@register.simple_tag
def percent(part: Figure, whole: Figure) -> SafeString:
    """`{% percent 5197 12480 %}`: "41.6% of 12,480". A rate never stands without its denominator."""
    share, of = wording.percent(part, whole), wording.number(whole)
    return format_html(
        '<span class="rate">{}</span>',
        gettext("%(share)s of %(whole)s") % {"share": share, "whole": of},
    )


@register.filter
def percent_of(part: Figure, whole: Figure) -> str:
    """`{{ part|percent_of:whole }}`: "41.6%" alone, for a table whose heading names the denominator."""
    return wording.percent(part, whole)


@register.filter
def number(value: Figure) -> str:
    """`{{ 12480|number }}`: "12,480" as the language writes it; a dash for None."""
    return wording.number(value)


@register.filter
def money(amount: Figure, currency: str) -> str:
    """`{{ amount|money:currency }}`: "$537.78", "537,78 $" as the language writes it; a dash for None."""
    return wording.money(amount, currency)


@register.filter
def can(user: AbstractBaseUser | AnonymousUser, permission: str) -> bool:
    """`{% if request.user|can:"view_people" %}`. Raises ValueError for a permission that does not exist."""
    return permissions.can(user, permission)


def _plain(value: Any) -> str:
    """A figure as HTML attributes want it: a point, no separators, whatever the language."""
    return str(value or 0)
