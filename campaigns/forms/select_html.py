"""A list of choices as HTML, the same as Django's templates make of it.

Those are rendered anew for each choice: of the 440 countries and languages above the list of contacts, that took half
of the page's time.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

_GROUP = '\n  <optgroup label="{}">{}\n  </optgroup>'


def select_html(widget: Mapping[str, Any]) -> SafeString:
    """The `<select>` of what `forms.Select.get_context` gives under "widget"."""
    groups = format_html_join("", "{}", ((_group(name, options),) for name, options, _index in widget["optgroups"]))
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], _attributes(widget["attrs"]), groups)


def _group(name: str | None, options: list[Mapping[str, Any]]) -> SafeString:
    written = ((str(option["value"]), _attributes(option["attrs"]), option["label"]) for option in options)
    made = format_html_join("", '\n  <option value="{}"{}>{}</option>', written)
    return format_html(_GROUP, name, made) if name else made


def _attributes(attrs: Mapping[str, Any]) -> SafeString:
    """As Django writes them: without those that are False, and without a value those that are True."""
    written = ((_attribute(name, value),) for name, value in attrs.items() if value is not False)
    return format_html_join("", "{}", written)


def _attribute(name: str, value: Any) -> SafeString:
    return format_html(" {}", name) if value is True else format_html(' {}="{}"', name, str(value))
