"""Tables as files that people open: CSV, streamed however long it is, and XLSX. Documents have writers of their own."""

import csv
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import chain, count
from tempfile import SpooledTemporaryFile
from typing import IO

from django.db import models
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from campaigns.audience.cells import safe_cell

Cell = str | Promise | int | Decimal | date | datetime | None
# Lines of CSV that leave together: one by one, the server would be busy with nothing else.
_LINES_AT_ONCE = 500
# Names of files have 255 bytes, of which a letter may take four.
_LONGEST_NAME = 60
# In units of UTF-16.
_LONGEST_SHEET_NAME = 31
# A workbook is made whole before it leaves; beyond that it goes from memory to a file.
_IN_MEMORY = 5 * 1024 * 1024


class FileFormat(models.TextChoices):
    """What a report is exported as."""

    CSV = "csv", _("CSV")
    XLSX = "xlsx", _("Excel")
    PDF = "pdf", _("PDF")


CONTENT_TYPES = {
    FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    FileFormat.PDF: "application/pdf",
}


def file_name(title: str, file_format: FileFormat) -> str:
    """What a file called `title` is called on a disk."""
    return f"{slugify(title, allow_unicode=True)[:_LONGEST_NAME].rstrip('-') or 'report'}.{file_format.value}"


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a file holds: a title, headings, and rows that may be as many as there are people."""

    title: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def csv_parts(table: Table) -> Iterator[bytes]:
    """`table` as UTF-8 CSV, piece by piece. It begins with a byte order mark, or Excel reads Cyrillic as noise."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    buffer.write("\N{BOM}")
    writer.writerow([safe_cell(heading) for heading in table.headings])
    for number, row in enumerate(table.rows, start=1):
        writer.writerow([_in_csv(cell) for cell in row])
        if number % _LINES_AT_ONCE == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def xlsx_file(table: Table) -> IO[bytes]:
    """`table` as a workbook of one sheet, open for reading; the caller closes it."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(sheet_name(table.title))
    sheet.freeze_panes = "A2"
    headings = [WriteOnlyCell(sheet, safe_cell(heading)) for heading in table.headings]
    for heading in headings:
        heading.font = Font(bold=True)
    sheet.append(headings)
    for row in table.rows:
        sheet.append([in_xlsx(cell) for cell in row])
    return saved(workbook)


def saved(workbook: Workbook) -> IO[bytes]:
    """`workbook` as a file, open for reading; the caller closes it."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  the caller closes it
    workbook.save(file)
    file.seek(0)
    return file


def _taken(buffer: StringIO) -> bytes:
    part = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return part


def _in_csv(cell: Cell) -> str | int | Decimal:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return localtime(cell).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(cell, date):
        return cell.isoformat()
    return cell if isinstance(cell, int | Decimal) else safe_cell(str(cell))


def in_xlsx(cell: Cell) -> str | int | Decimal | date | None:
    """`cell` as a workbook holds it: figures as figures, texts without what a spreadsheet would run."""
    if isinstance(cell, datetime):
        # A spreadsheet knows no time zones: it gets the wall clock of the one who reads.
        return localtime(cell).replace(tzinfo=None, microsecond=0)
    return cell if cell is None or isinstance(cell, int | Decimal | date) else safe_cell(_without_control(str(cell)))


def _without_control(text: str) -> str:
    """`text` without the characters that a workbook, being XML, cannot hold."""
    return "".join(character for character in text if character >= " " or character in "\t\n\r")


def sheet_name(title: str, taken: Collection[str] = ()) -> str:
    """`title` as a sheet may be called beside those `taken`: no longer than Excel lets it be, and none of them again.

    Excel takes small and capital letters for the same, counts a letter beyond the basic plane twice, forbids what
    formulas use, and keeps "History" for itself.
    """
    forbidden = {name.casefold() for name in (*taken, "History")}
    base = "".join(character for character in _without_control(title) if character not in "[]:*?/\\'\t\n\r")
    base = base.strip() or "Cascade"
    endings = chain([""], (f" ({number})" for number in count(2)))
    names = (f"{_cut(base, _LONGEST_SHEET_NAME - len(ending))}{ending}" for ending in endings)
    return next(name for name in names if name.casefold() not in forbidden)


def _cut(text: str, most: int) -> str:
    """As much of `text` as takes `most` units of UTF-16."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore").strip()
