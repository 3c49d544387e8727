"""Tabler's icons, drawn into the page so that they take the colour of the text around them."""

import logging
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString

logger = logging.getLogger(__name__)

_OPENING_TAG = re.compile(r"<svg\b[^>]*>", re.DOTALL)
_BLANKS = re.compile(r">\s+<")


class UnknownIcon(LookupError):
    """No such icon among those that `make assets` wrote."""


def draw(name: str, *, css: str = "", label: str = "") -> SafeString:
    """The Tabler icon `name` as an inline SVG with the classes `icon` and `css`.

    With `label` it is an image with that text; without one it is decoration and hidden from
    screen readers. An unknown name raises UnknownIcon under DEBUG, and is left out and logged otherwise.
    """
    try:
        drawing = _drawing(name)
    except UnknownIcon:
        if settings.DEBUG:
            raise
        logger.warning("There is no icon named %r: run make assets, or mend the name.", name)
        return SafeString()
    meaning = format_html('role="img" aria-label="{}"', label) if label else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="icon {}" {} width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        ' stroke-width="2" stroke-linecap="round" stroke-linejoin="round" focusable="false">{}</svg>',
        css,
        meaning,
        drawing,
    )


def exists(name: str) -> bool:
    """Whether `make assets` wrote an icon of this name."""
    return _path(name).is_file()


@cache
def _drawing(name: str) -> SafeString:
    """What stands inside the icon's `<svg>`; kept, because a page draws the same icon many times."""
    if not re.fullmatch(r"[a-z0-9-]+", name) or not exists(name):
        raise UnknownIcon(name)
    inside = _OPENING_TAG.sub("", _path(name).read_text()).replace("</svg>", "").strip()
    return SafeString(_BLANKS.sub("><", inside))


def _path(name: str) -> Path:
    return Path(settings.DATA_DIR) / "icons" / f"{name}.svg"
