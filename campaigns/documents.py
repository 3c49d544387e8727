"""A report as a document: headlines, then sections with a table and a picture each.

One Document, whoever writes it: the page, CSV, XLSX and PDF show its cells and draw its charts, and none of them
counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum, StrEnum

from django.utils.formats import date_format
from django.utils.timezone import localtime

from campaigns import wording
from campaigns.exporting import Cell, Table


class Kind(Enum):
    """What the cells of a column are, which decides how each writer writes them."""

    TEXT = 1
    NUMBER = 2
    MONEY = 3
    # A part of a whole, from 0 to 1.
    SHARE = 4
    DAY = 5
    INSTANT = 6

    @property
    def is_figure(self) -> bool:
        """Does it stand at the right, to be compared with those above and below?"""
        return self in {Kind.NUMBER, Kind.MONEY, Kind.SHARE}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A heading and what stands below it. One that is not `is_brief` is for files, which have the room."""

    label: str
    kind: Kind = Kind.TEXT
    is_brief: bool = True


class ChartForm(StrEnum):
    """How a table is drawn."""

    BARS = "bars"
    # Bars that continue each other: the parts of a whole.
    STACKED = "stacked"
    LINES = "lines"
    # Streams from place to place: the rows are (from, to, how many).
    FLOW = "flow"


@dataclass(frozen=True, kw_only=True)
class Line:
    """A column of the table, by its place, and the colour it is drawn in ('' is that of the text)."""

    column: int
    colour: str
    is_dashed: bool = False


@dataclass(frozen=True, kw_only=True)
class Chart:
    """What is drawn of a section: of its first `most` rows these columns, named by the row's first cell.

    `colours` are those of the places of a flow, by their names.
    """

    form: ChartForm
    lines: tuple[Line, ...]
    label: str
    most: int = 40
    colours: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Section:
    """A table and its chart. `key` names it in addresses and files; `note` says how to read it.

    `rows` may be as many as there are campaigns; `total` is a row below them.
    """

    key: str
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    note: str = ""
    total: Sequence[Cell] | None = None
    chart: Chart | None = None

    @property
    def table(self) -> Table:
        """The whole table for a file, without its total: who reads it adds up for themselves."""
        return Table(title=self.title, headings=[column.label for column in self.columns], rows=self.rows)

    @property
    def brief_columns(self) -> list[tuple[int, Column]]:
        """The columns that have a place on a page and on paper, with their places."""
        return [(place, column) for place, column in enumerate(self.columns) if column.is_brief]

    @property
    def drawn_rows(self) -> Sequence[Sequence[Cell]]:
        """The rows that the chart shows."""
        return self.rows[: self.chart.most] if self.chart else ()


@dataclass(frozen=True, kw_only=True)
class Headline:
    """One figure of the whole, `note` beside it, and what it was in the period before (None: there is none)."""

    label: str
    kind: Kind
    value: int | Decimal | None
    before: int | Decimal | None = None
    note: str = ""
    is_compared: bool = True

    @property
    def change(self) -> str:
        """By how much it differs from the period before, as "+12.3%"; '' where that cannot be said."""
        if self.value is None or not self.before:
            return ""
        share = wording.percent(Decimal(self.value) - Decimal(self.before), self.before)
        return share if self.value < self.before else f"+{share}"


@dataclass(frozen=True, kw_only=True)
class Document:
    """A report, ready to be written. Money is in `currency`; `made_at` is when its figures were read.

    `made_by` is who asked for it, as people are called; `compared` says which days are the period before, and `note`
    what the figures are of.
    """

    title: str
    subtitle: str
    organisation: str
    currency: str
    made_at: datetime
    headlines: tuple[Headline, ...]
    sections: tuple[Section, ...]
    made_by: str = ""
    compared: str = ""
    note: str = ""

    def section(self, key: str) -> Section | None:
        """The section of that key, if there is one."""
        return next((section for section in self.sections if section.key == key), None)


def told(cell: Cell, kind: Kind, currency: str) -> str:
    """`cell` as a person reads it in the active language and time zone; a dash for None."""
    if cell is None:
        return wording.NOTHING
    if isinstance(cell, datetime):
        return date_format(localtime(cell), "SHORT_DATE_FORMAT" if kind is Kind.DAY else "SHORT_DATETIME_FORMAT")
    if isinstance(cell, date):
        return date_format(cell, "DATE_FORMAT")
    if not isinstance(cell, int | Decimal):
        return str(cell)
    return _figure(cell, kind, currency)


def _figure(value: int | Decimal, kind: Kind, currency: str) -> str:
    match kind:
        case Kind.MONEY:
            return wording.money(value, currency)
        case Kind.SHARE:
            return wording.percent(value, 1)
    return wording.number(value)
