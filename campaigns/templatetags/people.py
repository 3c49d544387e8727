"""What the pages of contacts show: names of countries and languages. `{% load people %}` brings it."""

from django import template

from campaigns.audience import places

register = template.Library()


@register.filter
def country(code: str) -> str:
    """`{{ contact.country|country }}`: "Ukraine"; nothing for nothing."""
    return places.country_name(code) if code else ""


@register.filter
def language(code: str) -> str:
    """`{{ contact.language|language }}`: "Ukrainian"; nothing for nothing."""
    return places.language_name(code) if code else ""
