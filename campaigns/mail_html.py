"""The HTML part of a mail: our own layout around the author's text.

The layout in templates/mail is filled as logic-lessly as the text, so that a mail costs microseconds
and nothing in it can run. Styles stand at the elements too: many mail programs drop the style sheet.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from django.template import Template as DjangoTemplate
from django.template.loader import get_template
from django.utils import translation
from django.utils.translation import gettext

from campaigns.escaping import Escape
from campaigns.personalise import Template, Variable, fill, parse, spoken_language


@dataclass(frozen=True, kw_only=True)
class MailParts:
    """What a mail shows. All of it is plain text and addresses; '' leaves the part out.

    `text` is a text with variables, `values` fill it; the names in `links` lead where their values say.
    """

    subject: str
    text: str
    values: Mapping[str, str]
    links: frozenset[str]
    language: str = ""
    image_url: str = ""
    button_label: str = ""
    button_url: str = ""
    unsubscribe_url: str = ""
    trap_url: str = ""
    open_url: str = ""


@dataclass(frozen=True, kw_only=True)
class MailWords:
    """What the product itself says in a mail, in one language."""

    why: str
    unsubscribe: str


def mail_html(parts: MailParts) -> str:
    """The whole HTML document of a mail, every value escaped."""
    return _layout(
        "message",
        language=html.escape(parts.language or "und"),
        direction="rtl" if _is_right_to_left(parts.language) else "ltr",
        subject=html.escape(parts.subject),
        image=_fragment("image", url=parts.image_url) if parts.image_url else "",
        body=fill(_text_as_html(parts.text, parts.links), parts.values, escape=Escape.HTML),
        button=_fragment("button", url=parts.button_url, label=parts.button_label) if parts.button_url else "",
        footer=_footer(parts) if parts.unsubscribe_url else "",
        tracking=_fragment("tracking", trap_url=parts.trap_url, open_url=parts.open_url) if parts.open_url else "",
    )


@lru_cache(maxsize=64)
def mail_words(language: str) -> MailWords:
    """What the product says in a mail in `language`, or in the installation's own."""
    with translation.override(spoken_language(language)):
        return MailWords(
            why=gettext("You receive this message because you agreed to such messages."),
            unsubscribe=gettext("Unsubscribe"),
        )


def _footer(parts: MailParts) -> str:
    words = mail_words(parts.language)
    return _fragment("footer", unsubscribe_url=parts.unsubscribe_url, why=words.why, unsubscribe=words.unsubscribe)


def _fragment(name: str, **values: str) -> str:
    """A part of the layout with plain `values`."""
    return fill(_source(name), values, escape=Escape.HTML)


def _layout(name: str, **fragments: str) -> str:
    """The layout around `fragments` that are HTML already."""
    return "".join([piece if isinstance(piece, str) else fragments[piece.name] for piece in _source(name).pieces])


@lru_cache
def _source(name: str) -> Template:
    found: DjangoTemplate = get_template(f"mail/{name}.html").template  # type: ignore[attr-defined]
    return parse(str(found.source))


_PARAGRAPH = '</p>\n<p style="margin:0 0 16px">'
_ADDRESS = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_BEHIND_ADDRESS = re.compile(r"[.,;:!?)\]}>»”’'\"…]*$")


@lru_cache(maxsize=512)
def _text_as_html(text: str, links: frozenset[str]) -> Template:
    """The author's `text` as HTML: paragraphs, line breaks, and addresses and `links` that can be followed."""
    pieces = parse(text.strip()).pieces
    made: list[str | Variable] = []
    for index, piece in enumerate(pieces):
        if isinstance(piece, str):
            made.append("".join(_literal_as_html(piece, touches_value=_is_value(pieces[index + 1 : index + 2], links))))
        elif piece.name in links:
            made += ['<a href="', piece, '">', piece, "</a>"]
        else:
            made.append(piece)
    return Template(tuple(made))


def _is_value(following: tuple[str | Variable, ...], links: frozenset[str]) -> bool:
    return any(isinstance(piece, Variable) and piece.name not in links for piece in following)


def _literal_as_html(text: str, *, touches_value: bool) -> Iterator[str]:
    """`text` in HTML. An address that goes on in a value behind it is left alone: half of it leads elsewhere."""
    end = 0
    for found in _ADDRESS.finditer(text):
        address = _BEHIND_ADDRESS.sub("", found[0])
        if touches_value and found.end() == len(text):
            break
        yield _lines_as_html(text[end : found.start()])
        yield f'<a href="{html.escape(address)}">{html.escape(address)}</a>'
        end = found.start() + len(address)
    yield _lines_as_html(text[end:])


def _lines_as_html(text: str) -> str:
    paragraphs = re.split(r"\n[ \t]*\n\s*", html.escape(text))
    return _PARAGRAPH.join(paragraph.replace("\n", "<br>\n") for paragraph in paragraphs)


@lru_cache(maxsize=64)
def _is_right_to_left(language: str) -> bool:
    try:
        return bool(translation.get_language_info(language.lower())["bidi"])
    except KeyError:
        return False
