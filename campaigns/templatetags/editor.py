"""What the editor's templates need: what is wrong at a field, the state of its tabs. `{% load editor %}` brings it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from campaigns import personalise
from campaigns.editor import Editor
from campaigns.launch_checks import Problem
from campaigns.previews import Look
from campaigns.variable_offers import Offer, offers

register = template.Library()


@register.inclusion_tag("campaigns/problem_slot.html")
def problem_slot(problems: Mapping[str, Sequence[Problem]], anchor: str, *, is_echo: bool = False) -> dict[str, Any]:
    """`{% problem_slot editor.problems "message-text" %}`: what is wrong there, in a place that can be filled again.

    `is_echo` marks it as sent along with another card, for the place on the page.
    """
    return {"found": problems.get(anchor, ()), "anchor": anchor, "is_echo": is_echo}


@register.simple_tag
def tab_query(editor: Editor, **changes: Any) -> str:
    """`{% tab_query editor text="sms" language="" %}`: what follows an address to open another tab, "" for none."""
    place = editor.place
    query = {"text": place.channel, "language": place.language, "route": place.route_id or "", **changes}
    told = urlencode({name: value for name, value in query.items() if value})
    return f"?{told}" if told else ""


@register.simple_tag
def tab_url(editor: Editor, **changes: Any) -> str:
    """`{% tab_url editor route=route.pk %}`: the editor's whole address with another tab open.

    Links need it, because a page that tells what is wrong stands at the address of its form.
    """
    return reverse("campaign_editor", args=[editor.campaign.pk]) + tab_query(editor, **changes)


@register.simple_tag
def variable_offers(editor: Editor, look: Look | None) -> list[Offer]:
    """`{% variable_offers editor look as offers %}`: the variables, with their values for the person of the preview."""
    person = look.person if look else None
    values = personalise.contact_values(person) if person else {}
    links = {link.name: link.url for link in editor.blueprint.texts.links}
    return offers(editor.variables, links=links, values=values)


@register.filter
def anchors_beside(editor: Editor, card: str) -> list[str]:
    """`{{ editor|anchors_beside:"chain" }}`: the fields of the other cards."""
    return editor.anchors_beside(card)


@register.filter
def get(mapping: Mapping[Any, Any] | None, key: Any) -> Any:
    """`{{ outlook.by_route|get:route.pk }}`: the value at `key`, None where there is none."""
    return mapping.get(key) if mapping else None
