"""Reports over many campaigns, and every report as a file."""

from collections.abc import Iterator
from datetime import tzinfo

from django.contrib import messages
from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_safe

from campaigns import reports_period as period_of
from campaigns.exporting import CONTENT_TYPES, FileFormat, Table, csv_parts, xlsx_file
from campaigns.forms.reports import ExportForm, PeriodForm, Report
from campaigns.models import AuditEntry, Campaign
from campaigns.pagination import page_of
from campaigns.permissions import NotPermitted, Permission, SignedInRequest, can, requires
from campaigns.reports import campaign_report
from campaigns.reports_people import Question, UnknownFigure
from campaigns.reports_people_numbers import number_behind
from campaigns.reports_people_table import people_table
from campaigns.reports_tables import campaign_table, campaigns_table, steps_table
from campaigns.wording import number

# A workbook is made whole before it leaves; beyond that only CSV, which is streamed.
MOST_IN_XLSX = 50_000


@never_cache
@require_safe
@requires(Permission.VIEW_REPORTS)
def report_list(request: SignedInRequest) -> HttpResponse:
    """The campaigns launched in a period, with their figures."""
    form = PeriodForm.asked(request.GET)
    launched = period_of.launched_in(form.period)
    page = page_of(launched, order_by=("-launched_at", "-id"), cursor=request.GET.get("cursor", ""))
    context = {
        "form": form,
        "period": form.period,
        "page": page,
        "lines": list(period_of.with_figures(page.rows)),
        "totals": period_of.Totals.of(list(period_of.with_figures(list(launched)))),
        "currency": period_of.currency(),
        "may_export": can(request.user, Permission.EXPORT_REPORTS),
    }
    return render(request, "reports/list.html", context, status=422 if form.errors else 200)


@never_cache
@require_GET
@requires(Permission.EXPORT_REPORTS)
def report_export(request: SignedInRequest) -> HttpResponseBase:
    """The same as a file, all of it."""
    form = PeriodForm.asked(request.GET)
    wanted = request.GET.get("format", "")
    if not form.is_valid() or wanted not in FileFormat.values:
        raise Http404
    period = form.period
    title = gettext("Campaigns %(begin)s to %(end)s") % {"begin": period.begins_on, "end": period.ends_on}
    lines = period_of.with_figures(list(period_of.launched_in(period)))
    _note(request, "installation", 1, {"report": "campaigns", "format": wanted, "period": title})
    return _file(campaigns_table(title, lines, period_of.currency()), FileFormat(wanted))


@never_cache
@require_GET
@requires(Permission.EXPORT_REPORTS)
def campaign_export(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """A campaign's figures, those of its steps, or the people behind one of them, as a file."""
    campaign = get_object_or_404(Campaign, pk=pk)
    form = ExportForm(request.GET)
    if not form.is_valid():
        raise Http404
    file_format = FileFormat(form.cleaned_data["format"])
    question = _question(campaign, form)
    if form.cleaned_data["report"] == Report.PEOPLE and not _may_take_people(request, question, file_format):
        return redirect("campaign_watch", campaign.pk)
    table = _table(campaign, Report(form.cleaned_data["report"]), question)
    _note(request, "campaign", campaign.pk, {name: value for name, value in form.cleaned_data.items() if value})
    return _file(table, file_format)


def _question(campaign: Campaign, form: ExportForm) -> Question:
    given = form.cleaned_data
    question = Question(
        campaign_id=campaign.pk, figure=given["figure"], step_key=given["step"], route_id=given["route"]
    )
    try:
        question.meaning  # noqa: B018  an unknown figure is found before anything is sent
    except UnknownFigure as unknown:
        raise Http404 from unknown
    return question


def _may_take_people(request: SignedInRequest, question: Question, file_format: FileFormat) -> bool:
    """Whether the list may leave as this: people need a permission of their own, and a workbook has its limits."""
    if not can(request.user, Permission.VIEW_PEOPLE):
        raise NotPermitted(Permission.VIEW_PEOPLE)
    if file_format is FileFormat.CSV or (count := number_behind(question)) <= MOST_IN_XLSX:
        return True
    words = gettext("The list has %(count)s rows, and an Excel file is made of up to %(most)s. Take the CSV instead.")
    messages.warning(request, words % {"count": number(count), "most": number(MOST_IN_XLSX)})
    return False


def _table(campaign: Campaign, report: Report, question: Question) -> Table:
    figures = campaign_report(campaign.pk)
    match report:
        case Report.CAMPAIGN:
            return campaign_table(campaign, figures)
        case Report.STEPS:
            return steps_table(campaign, figures)
        case Report.PEOPLE:
            return people_table(campaign, figures, question)


def _note(request: SignedInRequest, kind: str, pk: int, details: dict[str, object]) -> None:
    AuditEntry.objects.create(actor=request.user, verb="exported", subject_kind=kind, subject_id=pk, details=details)


def _file(table: Table, file_format: FileFormat) -> HttpResponseBase:
    name = slugify(table.title, allow_unicode=True) or "report"
    disposition = content_disposition_header(as_attachment=True, filename=f"{name}.{file_format.value}")
    headers = {"Content-Type": CONTENT_TYPES[file_format], "Content-Disposition": disposition or "attachment"}
    if file_format is FileFormat.XLSX:
        return FileResponse(xlsx_file(table), headers=headers)
    return StreamingHttpResponse(_as_reader(csv_parts(table)), headers=headers)


def _as_reader(parts: Iterator[bytes]) -> Iterator[bytes]:
    """`parts` made in the language and the time zone of whoever asks now, also after the view has returned."""
    return _made_in(translation.get_language(), timezone.get_current_timezone(), parts)


def _made_in(language: str, zone: tzinfo, parts: Iterator[bytes]) -> Iterator[bytes]:
    with translation.override(language), timezone.override(zone):
        yield from parts
