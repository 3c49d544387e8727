"""Reports that leave as files: named, safe to open, and noted."""

from collections.abc import Iterator, Mapping
from datetime import tzinfo

from django.http import FileResponse, Http404, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.http import content_disposition_header

from campaigns.document_files import NoSuchTable, table_of, title_of, written
from campaigns.documents import Document
from campaigns.exporting import CONTENT_TYPES, FileFormat, Table, csv_parts, file_name, xlsx_file
from campaigns.models import AuditEntry
from campaigns.permissions import SignedInRequest


def table_file(table: Table, file_format: FileFormat) -> HttpResponseBase:
    """`table` as CSV, made while it leaves, or as a workbook."""
    headers = headers_of(table.title, file_format)
    if file_format is FileFormat.XLSX:
        return FileResponse(xlsx_file(table), headers=headers)
    return StreamingHttpResponse(_as_reader(csv_parts(table)), headers=headers)


def document_file(document: Document, file_format: FileFormat, key: str) -> HttpResponseBase:
    """`document` as a file; as CSV its section `key`. Raises Http404 where there is none."""
    if file_format is not FileFormat.CSV:
        title = title_of(document, file_format, key)
        return FileResponse(written(document, file_format), headers=headers_of(title, file_format))
    try:
        return table_file(table_of(document, key), FileFormat.CSV)
    except NoSuchTable as missing:
        raise Http404 from missing


def headers_of(title: str, file_format: FileFormat) -> Mapping[str, str]:
    """What is said of a file called `title`."""
    disposition = content_disposition_header(as_attachment=True, filename=file_name(title, file_format))
    return {"Content-Type": CONTENT_TYPES[file_format], "Content-Disposition": disposition or "attachment"}


def note_export(request: SignedInRequest, kind: str, pk: int, details: Mapping[str, object]) -> None:
    """Note who took what."""
    AuditEntry.objects.create(
        actor=request.user, verb="exported", subject_kind=kind, subject_id=pk, details=dict(details)
    )


def _as_reader(parts: Iterator[bytes]) -> Iterator[bytes]:
    """`parts` made in the language and the time zone of whoever asks now, also after the view has returned."""
    return _made_in(translation.get_language(), timezone.get_current_timezone(), parts)


def _made_in(language: str, zone: tzinfo, parts: Iterator[bytes]) -> Iterator[bytes]:
    with translation.override(language), timezone.override(zone):
        yield from parts
