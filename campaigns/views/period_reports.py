"""The report over all campaigns of a period: as a page, and as a file."""

from typing import Any

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from campaigns import made_reports
from campaigns import reports_period as period_of
from campaigns.documents import Document
from campaigns.documents_period import RULE, TABLES, campaigns_section, document_of, period_document
from campaigns.exporting import FileFormat
from campaigns.forms.reports import PeriodForm
from campaigns.partials import render_partial
from campaigns.periods import Period, Preset
from campaigns.permissions import Permission, SignedInRequest, can, requires
from campaigns.reports_groups import period_figures
from campaigns.reports_period import Order
from campaigns.views.report_files import document_file, note_export

_MOST_BARS = 10


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def report_list(request: SignedInRequest) -> HttpResponse:
    """The campaigns of a period beside the period before: in all, over time, by channel, segment, campaign.

    Who sorts or turns pages gets the list alone.
    """
    form = PeriodForm.asked(request.GET)
    order = Order.read(request.GET.get("sort", ""))
    context = {"form": form, "order": order, **_list(form.period, order, request.GET.get("cursor", ""))}
    if request.htmx.target != "report-campaigns":
        context |= _figures(form.period)
    context["may_export"] = can(request.user, Permission.EXPORT_REPORTS)
    fragment = {"report-campaigns": "campaigns"}
    return render_partial(request, "reports/list.html", context, fragment=fragment, status=422 if form.errors else 200)


@never_cache
@require_GET
@requires(Permission.EXPORT_REPORTS)
def report_export(request: SignedInRequest) -> HttpResponseBase:
    """The same as a file, all of it; as CSV one of its tables. One of many campaigns is made in the background."""
    form = PeriodForm.asked(request.GET)
    wanted, table = request.GET.get("format", ""), request.GET.get("table", "campaigns")
    if not form.is_valid() or wanted not in FileFormat.values or table not in TABLES:
        raise Http404
    if made_reports.is_for_later(form.period):
        of_table = table if wanted == FileFormat.CSV else ""
        made_reports.ask_for(user=request.user, period=form.period, file_format=FileFormat(wanted), table=of_table)
        return redirect("made_report_list")
    document = period_document(form.period, made_by=str(request.user))
    answer = document_file(document, FileFormat(wanted), table)
    details = {"report": "campaigns", "format": wanted, "period": document.subtitle}
    note_export(request, "installation", 1, details)
    return answer


def _list(period: Period, order: Order, cursor: str) -> dict[str, Any]:
    page = period_of.page_in_order(period, order, cursor)
    return {
        "period": period,
        "presets": [preset for preset in Preset if preset is not Preset.OWN],
        "page": page,
        "rule": RULE,
        "lines": list(period_of.with_figures(period, page.rows)),
        "currency": period_of.currency(),
    }


def _figures(period: Period) -> dict[str, Any]:
    document: Document = document_of(period, period_figures(period), None)
    most = period_of.most_engaged(period, _MOST_BARS)
    return {"document": document, "most_engaged": campaigns_section(most, document.currency)}
