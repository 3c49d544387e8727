"""The rows of an XLSX workbook, streamed, and guarded against one that unpacks to fill the memory."""

# ruff: noqa: SLF001
# openpyxl's public way to stream a sheet trusts the size that the file states, and gives nothing for a formula
# whose result was never computed; the parser beneath it does neither, but stands in private names.

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any, BinaryIO

from django.utils.translation import gettext
from openpyxl import load_workbook
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import FORMULA_TAG, WorkSheetParser

from campaigns.audience.file_reading.limits import MAX_CELL, MEGABYTE, UnreadableFile

Row = tuple[int, list[str]]

_MAX_SHEET = 2000 * MEGABYTE
# These parts are read at once, the rest is streamed.
_MAX_SHARED_STRINGS = 200 * MEGABYTE
_MAX_OTHER_PART = 20 * MEGABYTE
# Bytes: a cell of the greatest length with every character written as &#x1F600;.
_MAX_TEXT = 12 * MAX_CELL
_MAX_ROW = 16 * MEGABYTE


def sheet_names(file: BinaryIO) -> list[str]:
    """The names of the visible sheets with cells, in their order. Raises UnreadableFile for a broken workbook."""
    with _workbook(file) as workbook:
        sheets = [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        return [sheet.title for sheet in sheets if any(any(cells) for _number, cells in _rows(sheet, workbook))]


def spreadsheet_rows(file: BinaryIO, *, sheet: str) -> Iterator[Row]:
    """(row number, cells as text) of the rows of `sheet` that the file has, empty ones too.

    Raises UnreadableFile for a broken workbook and for a sheet that it does not have.
    """
    with _workbook(file) as workbook:
        if sheet not in workbook.sheetnames:
            raise UnreadableFile(gettext("The workbook has no sheet “%(sheet)s”.") % {"sheet": sheet})
        yield from _rows(workbook[sheet], workbook)


@contextmanager
def _workbook(file: BinaryIO) -> Iterator[Any]:
    """The workbook in `file`; whatever openpyxl says of a broken one becomes UnreadableFile."""
    try:
        _refuse_bombs(file)
        workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        try:
            yield workbook
        finally:
            workbook.close()
            file.seek(0)
    except UnreadableFile:
        raise
    # openpyxl has no error of its own for a broken file: it may be any of a dozen, from KeyError to zlib's.
    except Exception as error:
        raise UnreadableFile(
            gettext("The workbook is damaged and cannot be read. Save it again as XLSX or CSV.")
        ) from error


def _refuse_bombs(file: BinaryIO) -> None:
    file.seek(0)
    with zipfile.ZipFile(file) as archive:
        for part in archive.infolist():
            # zipfile never unpacks more than the size that the archive itself states.
            if part.file_size > _most_bytes(part.filename):
                raise UnreadableFile(gettext("The workbook is too large when unpacked. Split it, or save it as CSV."))
        if "xl/sharedStrings.xml" in archive.namelist():
            with _Guarded(archive.open("xl/sharedStrings.xml"), b"<si") as strings:
                while strings.read(MEGABYTE):
                    pass
    file.seek(0)


def _most_bytes(name: str) -> int:
    if name.startswith("xl/worksheets/"):
        return _MAX_SHEET
    return _MAX_SHARED_STRINGS if name == "xl/sharedStrings.xml" else _MAX_OTHER_PART


class _Guarded(io.RawIOBase):
    """A part of the archive, refused when one text or one `record` in it is longer than any real one.

    The XML parser keeps what it has not seen the end of, so without this a small file could hold one
    cell of gigabytes.
    """

    def __init__(self, source: Any, record: bytes) -> None:
        self._source = source
        self._record = record
        self._since_tag = self._since_record = 0

    def read(self, size: int = -1) -> bytes:
        """The next bytes, at most 64 KiB of them."""
        piece: bytes = self._source.read(min(size, 65536) if size > 0 else 65536)
        self._since_tag = _since(piece, b"<", self._since_tag)
        self._since_record = _since(piece, self._record, self._since_record)
        if self._since_tag > _MAX_TEXT or self._since_record > _MAX_ROW:
            raise UnreadableFile(
                gettext("A cell of the workbook has more than %(limit)s characters.") % {"limit": MAX_CELL}
            )
        return piece

    def close(self) -> None:
        """Close the part too."""
        self._source.close()
        super().close()


def _since(piece: bytes, sign: bytes, before: int) -> int:
    """How many bytes ago `sign` was seen, at the end of `piece`."""
    place = piece.rfind(sign)
    return len(piece) - place if place >= 0 else before + len(piece)


class _CellParser(WorkSheetParser):
    """openpyxl's parser, but a formula whose result was never computed is its own text instead of nothing."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["data_type"] == "e":
            cell["value"] = None
        elif cell["value"] is None and element.find(FORMULA_TAG) is not None:
            formula = self.parse_formula(element)
            cell["value"] = formula if isinstance(formula, str) else None
        return cell


def _rows(sheet: ReadOnlyWorksheet, workbook: Any) -> Iterator[Row]:
    with _Guarded(sheet._get_source(), b"<row") as source:
        parser = _CellParser(
            source,
            sheet._shared_strings,
            data_only=True,
            epoch=workbook.epoch,
            date_formats=workbook._date_formats,
            timedelta_formats=workbook._timedelta_formats,
        )
        for number, cells in parser.parse():
            yield number, _texts(cells)


def _texts(cells: list[dict[str, Any]]) -> list[str]:
    width = max((cell["column"] for cell in cells if cell["value"] is not None), default=0)
    # Far to the right stands a stray cell now and then; the limit of columns is checked by the caller.
    texts = [""] * min(width, 1000)
    for cell in cells:
        if cell["value"] is not None and cell["column"] <= len(texts):
            texts[cell["column"] - 1] = _text(cell["value"])
    return texts


def _text(value: object) -> str:
    """A cell's value in the one way that the rest of the import reads it: ISO dates, plain digits, true and false."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value)
