"""Fill a text for one contact: `{{ name }}` and `{{ name | words for those without one }}`, nothing else.

There is no logic, no attribute access and no filter: a value is looked up in a flat dict of strings,
which is the allowlist, and escaped for the place where it goes. A text is parsed once; a broken one
is still filled (the editor has shown its problems), because a person waits for the message.
"""

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, Protocol

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext

from campaigns.escaping import ESCAPES, Escape, clean, one_line

# What every contact has, in the order in which the editor offers it.
CONTACT_VARIABLES = (
    "first_name",
    "last_name",
    "full_name",
    "birth_date",
    "language",
    "country",
    "external_id",
)


@dataclass(frozen=True, slots=True)
class Variable:
    """A place for the value called `name`; `fallback` stands there where the value is empty."""

    name: str
    fallback: str = ""


class Flaw(StrEnum):
    """What can be wrong with the braces of a text."""

    UNCLOSED = "unclosed"
    UNOPENED = "unopened"
    EMPTY = "empty"
    BAD_NAME = "bad_name"


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed text: literals and variables in their order, and its flaws as (position, kind, words)."""

    pieces: tuple[str | Variable, ...]
    positions: tuple[int, ...] = ()
    flaws: tuple[tuple[int, Flaw, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something to mend: `position` in characters from the beginning of the text, and a sentence for the user."""

    position: int
    sentence: str


@lru_cache(maxsize=4096)
def parse(text: str) -> Template:
    """`text` as a Template. Never raises: what is broken is in its flaws, and left out when it is filled."""
    draft = _Draft()
    end = 0
    for tag in _TAG.finditer(text):
        draft.add_literal(text[end : tag.start()], end)
        draft.add_tag(tag["body"], tag.start())
        end = tag.end()
    draft.add_literal(text[end:], end)
    return Template(tuple(draft.pieces), tuple(draft.positions), tuple(sorted(draft.flaws)))


@lru_cache(maxsize=4096)
def variables(text: str) -> tuple[str, ...]:
    """The names used in `text`, each once, in the order of their first use."""
    return tuple(dict.fromkeys(piece.name for piece in parse(text).pieces if isinstance(piece, Variable)))


def fill(template: Template, values: Mapping[str, str], *, escape: Escape) -> str:
    """`template` with `values` in it, each escaped for `escape`. What is unknown or empty becomes its fallback.

    Literals are the author's and stand as they are, but that a HEADER is one line. Never raises, and no
    `{{` is left, so that a template engine of a vendor finds nothing to fill in a person's name.
    """
    escaped = ESCAPES[escape]
    filled = "".join(
        [piece if isinstance(piece, str) else escaped(value_of(piece, values)) for piece in template.pieces]
    )
    if "{{" in filled:
        filled = _OPENING.sub("{", filled)
    return one_line(filled) if escape is Escape.HEADER else filled


def value_of(variable: Variable, values: Mapping[str, str]) -> str:
    """What stands for `variable`: its value without what no text may contain, or its fallback."""
    value = values.get(variable.name, "")
    if not value.isprintable():
        value = clean(value)
    return value if value and not value.isspace() else variable.fallback


def syntax_problems(text: str) -> tuple[Problem, ...]:
    """What is wrong with the braces of `text`, from its beginning on."""
    return tuple(
        Problem(position=position, sentence=_flaw_sentence(flaw, words)) for position, flaw, words in parse(text).flaws
    )


def unknown_variables(text: str, known: Collection[str]) -> tuple[Problem, ...]:
    """The variables of `text` that are not among `known` names; at send they would be empty."""
    template = parse(text)
    places = zip(template.pieces, template.positions, strict=True)
    return tuple(
        Problem(position=position, sentence=_unknown_sentence(piece.name, known))
        for piece, position in places
        if isinstance(piece, Variable) and piece.name not in known
    )


@lru_cache(maxsize=4096)
def variable_name(text: str) -> str:
    """The name by which something called `text` stands in texts: "Favourite colour" is `favourite_colour`."""
    return slugify(text, allow_unicode=True).replace("-", "_").strip("_")


class Person(Protocol):
    """What personalising reads of a contact."""

    @property
    def first_name(self) -> str: ...
    @property
    def last_name(self) -> str: ...
    @property
    def birth_date(self) -> date | None: ...
    @property
    def language(self) -> str: ...
    @property
    def country(self) -> str: ...
    @property
    def external_id(self) -> str | None: ...
    @property
    def attributes(self) -> Mapping[str, Any]: ...


def contact_values(person: Person, *, data: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The values of `person` by the names of their variables.

    Attributes stand under their `variable_name`; what a contact itself has goes before an attribute of
    the same name, and `data`, told by whatever started the enrolment, before both.
    """
    values = _named(person.attributes) if person.attributes else {}
    values.update({name: value for name, value in _own_values(person).items() if value})
    if data:
        values.update(_named(data))
    return values


@lru_cache(maxsize=256)
def spoken_language(tag: str) -> str:
    """The language to speak to somebody who speaks `tag`: that, its base ("pt" for "pt-xx"), or the installation's."""
    candidates = (tag.lower(), tag.lower().partition("-")[0])
    known = (candidate for candidate in candidates if candidate and translation.check_for_language(candidate))
    return next(known, settings.LANGUAGE_CODE)


_TAG = re.compile(r"\{\{(?P<body>[^{}]*)\}\}")
_OPENING = re.compile(r"\{{2,}")
_NAME = re.compile(r"[\w\s-]+")


@dataclass
class _Draft:
    """What `parse` has found so far."""

    pieces: list[str | Variable] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    flaws: list[tuple[int, Flaw, str]] = field(default_factory=list)

    def add_literal(self, text: str, position: int) -> None:
        self.flaws += [(position + found.start(), Flaw.UNCLOSED, "") for found in _OPENING.finditer(text)]
        if "{{" not in text:
            self.flaws += [(position + found.start(), Flaw.UNOPENED, "") for found in re.finditer(r"\}\}", text)]
        if literal := clean(_OPENING.sub("", text)):
            self.pieces.append(literal)
            self.positions.append(position)

    def add_tag(self, body: str, position: int) -> None:
        words, _, fallback = body.partition("|")
        name = variable_name(words) if _NAME.fullmatch(words) else ""
        if not name:
            self.flaws.append(
                (
                    position,
                    Flaw.BAD_NAME if words.strip() else Flaw.EMPTY,
                    words.strip(),
                )
            )
        self.pieces.append(Variable(name, clean(fallback).strip()) if name else clean(fallback).strip())
        self.positions.append(position)


def _flaw_sentence(flaw: Flaw, words: str) -> str:
    sentences = {
        Flaw.UNCLOSED: gettext("“{{” is never closed with “}}”."),
        Flaw.UNOPENED: gettext("“}}” has no “{{” before it."),
        Flaw.EMPTY: gettext("There is no name between “{{” and “}}”."),
        Flaw.BAD_NAME: gettext("“%(words)s” is not a name: use letters, digits and “_” only.") % {"words": words},
    }
    return sentences[flaw]


def _unknown_sentence(name: str, known: Collection[str]) -> str:
    nearest = difflib.get_close_matches(name, sorted(known), n=1)
    if nearest:
        return gettext("Nothing is called “%(name)s”. Did you mean “%(nearest)s”?") % {
            "name": name,
            "nearest": nearest[0],
        }
    return gettext("Nothing is called “%(name)s”.") % {"name": name}


def _named(values: Mapping[str, Any]) -> dict[str, str]:
    named = {variable_name(name): _as_text(value) for name, value in values.items()}
    named.pop("", None)
    return named


def _as_text(value: Any) -> str:
    """What a JSON value reads like; an object says nothing to a person."""
    match value:
        case str():
            return value
        case bool():
            return gettext("yes") if value else gettext("no")
        case int() | float():
            return str(value)
        case list():
            return ", ".join(filter(None, map(_as_text, value)))
        case _:
            return ""


def _own_values(person: Person) -> dict[str, str]:
    return {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "full_name": f"{person.first_name} {person.last_name}".strip(),
        "birth_date": _written_date(person.birth_date, person.language) if person.birth_date else "",
        "language": person.language,
        "country": person.country,
        "external_id": person.external_id or "",
    }


@lru_cache(maxsize=8192)
def _written_date(day: date, language: str) -> str:
    with translation.override(spoken_language(language)):
        return date_format(day, "DATE_FORMAT")
