"""The reports of one campaign as files."""

from django.contrib import messages
from django.http import Http404
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from campaigns.documents_campaign import campaign_document
from campaigns.exporting import FileFormat, Table
from campaigns.forms.reports import ExportForm, Report
from campaigns.models import Campaign
from campaigns.permissions import NotPermitted, Permission, SignedInRequest, can, requires
from campaigns.reports import campaign_report
from campaigns.reports_people import Question, UnknownFigure
from campaigns.reports_people_numbers import number_behind
from campaigns.reports_people_table import people_table
from campaigns.reports_tables import campaign_table, steps_table
from campaigns.views.report_files import document_file, note_export, table_file
from campaigns.wording import number

# A workbook is made whole before it leaves; beyond that only CSV, which is streamed.
MOST_IN_XLSX = 50_000


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
    report = Report(form.cleaned_data["report"])
    if report is Report.CAMPAIGN and file_format is not FileFormat.CSV:
        answer = document_file(campaign_document(campaign, made_by=str(request.user)), file_format, "")
    else:
        answer = _file(campaign, report, file_format, question)
    note_export(request, "campaign", campaign.pk, {name: value for name, value in form.cleaned_data.items() if value})
    return answer


def _question(campaign: Campaign, form: ExportForm) -> Question:
    question = form.question_about(campaign)
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


def _file(campaign: Campaign, report: Report, file_format: FileFormat, question: Question) -> HttpResponseBase:
    """One table; a PDF is none."""
    if file_format is FileFormat.PDF:
        raise Http404
    return table_file(_table(campaign, report, question), file_format)


def _table(campaign: Campaign, report: Report, question: Question) -> Table:
    figures = campaign_report(campaign.pk)
    match report:
        case Report.CAMPAIGN:
            return campaign_table(campaign, figures)
        case Report.STEPS:
            return steps_table(campaign, figures)
        case Report.PEOPLE:
            return people_table(campaign, figures, question)
