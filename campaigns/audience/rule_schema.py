"""What a segment's rule is made of: groups of conditions, the values in them, and what is wrong with a bad one.

A rule is stored as JSON: a group `{"op": "all" | "any" | "none", "rules": [group or condition, …]}`
around conditions `{"field": "age", "is": "at_least", "value": 18}`. Each condition is a class of its
own (the rule_*.py files beside this one) that knows its query and its words; rule_fields.py lists them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from django.db.models import Q
from django.utils.translation import gettext
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SerializeAsAny, StringConstraints
from pydantic_core import PydanticCustomError

EARLIEST_DAY = date(1900, 1, 1)
LATEST_DAY = date(2199, 12, 31)
MOST_ID = 2**63 - 1

Path = tuple[int, ...]
# What people call an import, by its id.
FileNames = Mapping[int, str]


class Operator(StrEnum):
    """How the parts of a group are joined."""

    ALL = "all"
    ANY = "any"
    NONE = "none"


class Condition(BaseModel):
    """One thing that is true of a contact or not; a contact of whom it is not known is one of whom it is not true."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    # The JSON key `is` is Python's keyword, so each class has it as `is_`.
    is_: str = Field(alias="is")
    field: str

    # The names of the parts that a person fills in, in the order they are read.
    parts: ClassVar[tuple[str, ...]] = ("value",)

    @property
    def imports(self) -> tuple[int, ...]:
        """The ids of the imports that its words need the names of."""
        return ()

    def as_q(self, today: date) -> Q:
        """The condition over Contact, never NULL, so that its negation is everybody else."""
        raise NotImplementedError

    def describe(self, files: FileNames) -> str:
        """The condition as the end of a sentence "People who …"; `files` names its imports."""
        raise NotImplementedError


class Group(BaseModel):
    """Conditions and groups joined by an operator. Without any it is true of everybody."""

    model_config = ConfigDict(frozen=True)

    op: Operator = Operator.ALL
    rules: tuple[SerializeAsAny["Group | Condition"], ...] = ()


Rule = Group


@dataclass(frozen=True, kw_only=True)
class RowError:
    """What is wrong with one row of a rule, in the words of the form.

    `path` are the positions from the outermost group inwards, () for that group itself; `part` is the
    field of the row, '' where it concerns the whole row.
    """

    path: Path
    part: str
    message: str


class InvalidRule(ValueError):
    """A rule that cannot be used; `errors` says for each row why."""

    def __init__(self, errors: tuple[RowError, ...]) -> None:
        super().__init__("; ".join(error.message for error in errors))
        self.errors = errors


def _without_nul(text: str) -> str:
    # PostgreSQL's text cannot hold it.
    if "\x00" in text:
        raise PydanticCustomError("text", "{reason}", {"reason": gettext("Remove the characters that cannot be seen.")})
    return text


def _once_each(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _upper(code: object) -> object:
    return code.upper() if isinstance(code, str) else code


def _chosen_import(given: object) -> object:
    if given in ("", None):
        raise PydanticCustomError("file", "{reason}", {"reason": gettext("Choose a file.")})
    return given


def _within_two_centuries(day: date) -> date:
    """Far enough from the ends of the calendar for every time zone and sum of days."""
    if not EARLIEST_DAY <= day <= LATEST_DAY:
        raise PydanticCustomError("day", "{reason}", {"reason": gettext("Enter a date from 1900 to 2199.")})
    return day


def _in_order(span: tuple[int, int]) -> tuple[int, int]:
    if span[0] > span[1]:
        raise PydanticCustomError("order", "{reason}", {"reason": gettext("Put the smaller number first.")})
    return span


Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_without_nul)
]
CountryCode = Annotated[str, BeforeValidator(_upper), StringConstraints(strip_whitespace=True, pattern="^[A-Z]{2}$")]
LanguageCode = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern="^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,4})?$", max_length=8)
]
Words = Annotated[tuple[Word, ...], Field(min_length=1, max_length=100), AfterValidator(_once_each)]
CountryCodes = Annotated[tuple[CountryCode, ...], Field(min_length=1, max_length=250), AfterValidator(_once_each)]
LanguageCodes = Annotated[tuple[LanguageCode, ...], Field(min_length=1, max_length=250), AfterValidator(_once_each)]
Years = Annotated[int, Field(ge=0, le=150)]
YearSpan = Annotated[tuple[Years, Years], AfterValidator(_in_order)]
ImportId = Annotated[int, BeforeValidator(_chosen_import), Field(ge=1, le=MOST_ID)]
Day = Annotated[date, AfterValidator(_within_two_centuries)]


def spellings(word: str) -> list[str]:
    """`word` in the ways its letters may be small or capital: an index finds exact values only."""
    return list(dict.fromkeys([word, word.lower(), word.upper(), word.capitalize(), word.title()]))
