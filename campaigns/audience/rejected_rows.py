"""The rows of a file that were not taken as they stood, for download: with the reason, and safe to open."""

import csv
import io
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook

from campaigns.audience.cells import safe_cell
from campaigns.audience.file_reading.formats import headers
from campaigns.audience.uploads import opened
from campaigns.models import ContactImport, RejectedRow

# What fits on a sheet beside its headings. https://support.microsoft.com/office/1672b34d
MOST_SHEET_ROWS = 1_048_575


def as_csv(contact_import: ContactImport) -> Iterator[str]:
    """The rows as the lines of a CSV: UTF-8's byte order mark first, so that Excel reads it as such."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\N{BOM}"
    for row in _rows(contact_import):
        writer.writerow(row)
        yield buffer.getvalue()
        buffer.seek(0)
        buffer.truncate()


def as_workbook(contact_import: ContactImport) -> IO[bytes]:
    """The rows as an XLSX file, at its beginning, gone when it is closed; at most what fits on a sheet."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Rows not taken"))
    for count, row in enumerate(_rows(contact_import)):
        if count > MOST_SHEET_ROWS:
            break
        sheet.append(row)
    file = tempfile.TemporaryFile()  # noqa: SIM115  the response that streams it closes it
    workbook.save(file)
    file.seek(0)
    return file


def _rows(contact_import: ContactImport) -> Iterator[list[str]]:
    yield [safe_cell(name) for name in (_("Row"), _("Outcome"), _("Reason"), *_headers(contact_import))]
    for row in contact_import.rejected_rows.order_by("row_number").iterator(chunk_size=2000):
        yield [safe_cell(cell) for cell in (str(row.row_number), _outcome(row), row.reason, *row.values)]


def _headers(contact_import: ContactImport) -> list[str]:
    with suppress(FileNotFoundError), opened(contact_import) as (file, file_format):
        return headers(file, file_format)
    return []


def _outcome(row: RejectedRow) -> str:
    if row.is_taken:
        return _("taken in part")
    return _("repeated") if row.is_repeated else _("not taken")
