"""A document as one file, whatever the format."""

import io
from dataclasses import replace
from typing import IO

from campaigns.documents import Document
from campaigns.documents_pdf import pdf_document
from campaigns.documents_xlsx import xlsx_document
from campaigns.exporting import FileFormat, Table, csv_parts


class NoSuchTable(LookupError):
    """The document has no table of that key."""


def written(document: Document, file_format: FileFormat) -> IO[bytes]:
    """`document` as a workbook or on paper, open for reading; the caller closes it.

    Raises ValueError for CSV, which holds one table and no document.
    """
    match file_format:
        case FileFormat.XLSX:
            return xlsx_document(document)
        case FileFormat.PDF:
            return io.BytesIO(pdf_document(document))
        case FileFormat.CSV:
            raise ValueError("a document has several tables, and a CSV one")


def table_of(document: Document, key: str) -> Table:
    """The table of section `key`, called like its file. Raises NoSuchTable where there is none."""
    section = document.section(key)
    if section is None:
        raise NoSuchTable(key)
    return replace(section.table, title=f"{_title(document)} {section.title}")


def title_of(document: Document, file_format: FileFormat, key: str) -> str:
    """What the file is called; a CSV by the section `key` too. Raises NoSuchTable for a CSV of none."""
    return table_of(document, key).title if file_format is FileFormat.CSV else _title(document)


def as_bytes(document: Document, file_format: FileFormat, key: str) -> bytes:
    """The whole file; a CSV of the section `key`. Raises NoSuchTable for a CSV of none."""
    if file_format is FileFormat.CSV:
        return b"".join(csv_parts(table_of(document, key)))
    with written(document, file_format) as file:
        return file.read()


def _title(document: Document) -> str:
    return f"{document.title} {document.subtitle}"
