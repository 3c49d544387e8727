"""Files of reports that are made in the background: how far each is, and the file."""

from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from campaigns.documents_period import days_of
from campaigns.exporting import FileFormat
from campaigns.forms.reports import period_query
from campaigns.made_reports import KEPT
from campaigns.models import MadeReport
from campaigns.pagination import page_of
from campaigns.partials import render_partial
from campaigns.periods import Period
from campaigns.permissions import Permission, SignedInRequest, requires
from campaigns.views.report_files import headers_of, note_export


@never_cache
@require_safe
@requires(Permission.EXPORT_REPORTS)
def made_report_list(request: SignedInRequest) -> HttpResponse:
    """The files that were made for the reader, the latest first, asked for again by htmx while one is being made."""
    own = MadeReport.objects.filter(user=request.user).defer("file")
    page = page_of(own, order_by=("-id",), cursor=request.GET.get("cursor", ""))
    context = {
        "page": page,
        "lines": [_line(report) for report in page.rows],
        "is_moving": any(report.is_under_way for report in page.rows),
        "days_kept": KEPT.days,
    }
    return render_partial(request, "reports/files.html", context, fragment="files")


@never_cache
@require_GET
@requires(Permission.EXPORT_REPORTS)
def made_report_file(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The file, for whoever asked for it."""
    report = get_object_or_404(MadeReport, pk=pk, user=request.user, state=MadeReport.State.READY)
    file_format = FileFormat(report.file_format)
    details = {"report": "campaigns", "format": file_format.value, "period": days_of(report.period)}
    note_export(request, "installation", 1, details)
    return HttpResponse(bytes(report.file or b""), headers=headers_of(report.title, file_format))


def _line(report: MadeReport) -> dict[str, Any]:
    """The report, what it is about, and what asks for the same again: by its days, whatever today is."""
    own = Period(begins_on=report.begins_on, ends_on=report.ends_on)
    query = f"{period_query(own)}&format={report.file_format}"
    return {
        "report": report,
        "days": days_of(report.period),
        "again": f"{query}&table={report.table}" if report.table else query,
    }
