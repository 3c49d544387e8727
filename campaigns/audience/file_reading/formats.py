"""How one file is read, found out or chosen, and its headers and rows."""

import re
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext
from pydantic import BaseModel, ConfigDict

from campaigns.audience.file_reading.delimited import delimited_rows, first_lines
from campaigns.audience.file_reading.delimiters import detect_delimiter
from campaigns.audience.file_reading.encodings import detect_encoding
from campaigns.audience.file_reading.kinds import FileKind, recognise_kind
from campaigns.audience.file_reading.limits import MAX_CELL, MAX_COLUMNS, MAX_ROWS, UnreadableFile
from campaigns.audience.file_reading.spreadsheet import sheet_names, spreadsheet_rows

_FIRST_ROWS = 20
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x19\x1b-\x1f]")
# What stands in a header's place in a file without headers: an address, a number, a date.
_VALUE = re.compile(r"\S+@\S+\.\w+|[-+()/. \d]{5,}")


class FileFormat(BaseModel):
    """How a file is read. `encoding` and `delimiter` are of text, `sheet` is of a workbook.

    `header_row` counts from 1 as spreadsheet programs do; 0 is a file without headers.
    """

    model_config = ConfigDict(frozen=True)

    kind: FileKind
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1


class FileRow(NamedTuple):
    """A row with something in it: its number as a spreadsheet program shows it, and its cells."""

    number: int
    cells: list[str]


def recognise(file: BinaryIO) -> FileFormat:
    """How `file` is best read. Raises UnreadableFile, saying why, for one that holds no list."""
    kind = recognise_kind(file)
    if kind == FileKind.SPREADSHEET:
        return reread(file, FileFormat(kind=kind, sheet=_first_sheet(file)))
    encoding = detect_encoding(file)
    lines = first_lines(file, encoding)
    _refuse_other_text("".join(lines))
    return reread(file, FileFormat(kind=kind, encoding=encoding, delimiter=detect_delimiter(lines)))


def reread(file: BinaryIO, file_format: FileFormat) -> FileFormat:
    """`file_format` with the header row that the file has when it is read like this; raises UnreadableFile."""
    first = list(islice(_filled_rows(file, file_format), _FIRST_ROWS))
    if not first:
        raise UnreadableFile(gettext("There is nothing in the file."))
    header = _header_row(first)
    if not any(row.number > header for row in first):
        raise UnreadableFile(gettext("The file has headers, but no row beneath them."))
    return file_format.model_copy(update={"header_row": header})


def sheets(file: BinaryIO, file_format: FileFormat) -> list[str]:
    """The sheets among which a person may choose; none for text."""
    return sheet_names(file) if file_format.kind == FileKind.SPREADSHEET else []


def headers(file: BinaryIO, file_format: FileFormat) -> list[str]:
    """The headers as they stand in the file; where one is missing, "Column 3"."""
    rows = _filled_rows(file, file_format)
    if not file_format.header_row:
        names = [""] * max((len(row.cells) for row in islice(rows, _FIRST_ROWS)), default=0)
    else:
        names = next((row.cells for row in rows if row.number >= file_format.header_row), [])
    return [name.strip() or gettext("Column %(number)s") % {"number": place} for place, name in enumerate(names, 1)]


def data_rows(file: BinaryIO, file_format: FileFormat) -> Iterator[FileRow]:
    """The rows beneath the headers that have something in them. Raises UnreadableFile beyond the limits."""
    for count, row in enumerate(row for row in _filled_rows(file, file_format) if row.number > file_format.header_row):
        if count >= MAX_ROWS:
            raise UnreadableFile(
                gettext("The file has more than %(limit)s rows. Split it into parts.")
                % {"limit": number_format(MAX_ROWS)}
            )
        yield row


def _filled_rows(file: BinaryIO, file_format: FileFormat) -> Iterator[FileRow]:
    if file_format.kind == FileKind.SPREADSHEET:
        rows = spreadsheet_rows(file, sheet=file_format.sheet)
    else:
        rows = delimited_rows(file, encoding=file_format.encoding, delimiter=file_format.delimiter)
    for number, cells in rows:
        _refuse_size(number, cells)
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield FileRow(number, cells)


def _refuse_size(number: int, cells: list[str]) -> None:
    if len(cells) > MAX_COLUMNS:
        raise UnreadableFile(
            gettext("Row %(row)s has more than %(limit)s columns.") % {"row": number, "limit": MAX_COLUMNS}
        )
    if cells and max(map(len, cells)) > MAX_CELL:
        raise UnreadableFile(
            gettext("Row %(row)s has more than %(limit)s characters in a cell: perhaps a quotation mark is missing.")
            % {"row": number, "limit": MAX_CELL}
        )


def _first_sheet(file: BinaryIO) -> str:
    names = sheet_names(file)
    if not names:
        raise UnreadableFile(gettext("There is nothing in the workbook."))
    return names[0]


def _refuse_other_text(beginning: str) -> None:
    text = beginning.lstrip("\N{BOM} \t\r\n")
    if not text:
        raise UnreadableFile(gettext("The file is empty."))
    if text.startswith("<"):
        raise UnreadableFile(gettext("This is a web page, not a list of contacts. Perhaps you were signed out there."))
    if text.startswith(("{", "[{")):
        raise UnreadableFile(gettext("This is JSON. Export the contacts as CSV or XLSX and upload that."))
    if len(_CONTROL.findall(text)) * 1000 > len(text):
        raise UnreadableFile(gettext("The file is neither a table of text nor an XLSX workbook."))


def _header_row(first: list[FileRow]) -> int:
    """The first row with several cells, or 0 where that row holds values already."""
    header = next((row for row in first if sum(map(bool, row.cells)) > 1), first[0])
    return 0 if any(_VALUE.fullmatch(cell.strip()) for cell in header.cells) else header.number
