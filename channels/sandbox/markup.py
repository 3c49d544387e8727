"""The sandbox's templates: HTML files with $names, whose values are escaped unless they are HTML already."""

from collections.abc import Iterable
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

FOLDER = Path(__file__).parent / "templates"


class Html(str):
    """Text that is HTML already."""

    __slots__ = ()


def fill(name: str, /, **values: object) -> Html:
    """The template `name` with `values`. Raises KeyError for a name without a value."""
    safe = {key: value if isinstance(value, Html) else escape(str(value)) for key, value in values.items()}
    return Html(_template(name).substitute(safe))


def joined(parts: Iterable[Html]) -> Html:
    """Several pieces one after another."""
    return Html("".join(parts))


def page(template: str, /, *, title: str, status: int = 200, **values: object) -> web.Response:
    """A whole page around `template`."""
    body = fill("layout", title=title, body=fill(template, **values))
    return web.Response(text=body, content_type="text/html", status=status)


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.html").read_text(encoding="utf-8"))
