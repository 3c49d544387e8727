"""The sandbox's templates: HTML files with $names, whose values are escaped unless they are HTML already.

Their own texts are marked as those of the product's pages are, {% translate "…" %}, so that they are found with them.
"""

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

from channels.sandbox import words

FOLDER = Path(__file__).parent / "templates"
_TEXT = re.compile(r'\{% translate "([^"]+)" %\}')


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(name: str, /, **values: object) -> Html:
    """The template `name` with `values`, in the language that is spoken. Raises KeyError where a value is missing."""
    safe = {key: value if isinstance(value, Html) else escape(str(value)) for key, value in values.items()}
    return Html(Template(_TEXT.sub(_translated, _source(name))).substitute(safe))


def joined(parts: Iterable[Html]) -> Html:
    """Several pieces one after another."""
    return Html("".join(parts))


def page(template: str, /, *, title: str, status: int = 200, **values: object) -> web.Response:
    """A whole page around `template`."""
    body = fill("layout", title=title, language=words.language(), body=fill(template, **values))
    return web.Response(text=body, content_type="text/html", status=status)


def _translated(found: re.Match[str]) -> str:
    return escape(words.gettext(found[1])).replace("$", "$$")


@cache
def _source(name: str) -> str:
    return (FOLDER / f"{name}.html").read_text(encoding="utf-8")
