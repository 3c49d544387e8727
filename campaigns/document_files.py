"""A document as one file, whatever the format."""

import io
from typing import IO

from campaigns.documents import Document
from campaigns.documents_pdf import pdf_document
from campaigns.documents_xlsx import xlsx_document
from campaigns.exporting import FileFormat


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
