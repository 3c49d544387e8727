"""Reports as files: exactly the figures of the pages, safe to open, for those who may have them."""

import csv
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from random import Random
from typing import Any

import pytest
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from campaigns.documents import Column, Document, Section
from campaigns.documents_xlsx import xlsx_document
from campaigns.exporting import sheet_name
from campaigns.models import AuditEntry, Campaign, Outcome, SkipReason
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Permission, Role
from campaigns.reports import campaign_report
from campaigns.reports_columns import COLUMNS
from campaigns.reports_people import Question
from tests.campaigns.histories import count_passage, make_history
from tests.campaigns.recounting import count_behind
from tests.campaigns.signing_in import signed_in
from tests.factories import NOON, ago, make_campaign, make_contact, make_enrolment, make_message

pytestmark = pytest.mark.django_db

Rows = list[dict[str, str]]


def body(response: HttpResponseBase) -> bytes:
    """The whole answer, streamed or not."""
    assert response.status_code == 200
    return response.content if isinstance(response, HttpResponse) else response.getvalue()


def export(client: Client, campaign: Campaign, **query: str | int) -> Rows:
    """A report of `campaign` as CSV."""
    answer = client.get(reverse("campaign_export", args=[campaign.pk]), {"format": "csv", **query})
    text = body(answer).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def sheet(client: Client, campaign: Campaign, **query: str | int) -> list[dict[Any, Any]]:
    """A report of `campaign` as a workbook; the whole campaign has a sheet of its own."""
    answer = client.get(reverse("campaign_export", args=[campaign.pk]), {"format": "xlsx", **query})
    workbook = load_workbook(BytesIO(body(answer)))
    headings, *rows = (workbook["Campaign"] if query["report"] == "campaign" else workbook.active).values
    return [dict(zip(headings, row, strict=True)) for row in rows]


def test_the_steps_have_every_figure_of_the_report(marketer: Client) -> None:
    campaign = make_history(random=Random(21), people=25)
    report = campaign_report(campaign.pk)
    steps = [step for route in report.routes for step in route.steps]
    in_csv, in_sheet = export(marketer, campaign, report="steps"), sheet(marketer, campaign, report="steps")
    assert len(in_csv) == len(in_sheet) == len(steps)
    for step, row, cells in zip(steps, in_csv, in_sheet, strict=True):
        for column in COLUMNS:
            value = column.value(step)
            assert row[str(column.label)] == ("" if value is None else str(value))
            assert cells[str(column.label)] == value
        skips = {skip.reason: skip.people for skip in step.figures.skips}
        for reason in SkipReason:
            assert cells[f"Skipped: {reason.label}"] == skips.get(reason, 0)
        assert Decimal(row["Cost"]) == step.figures.cost


def test_the_campaign_has_its_figures_and_those_of_its_routes(marketer: Client) -> None:
    campaign = make_history(random=Random(22), people=20)
    report = campaign_report(campaign.pk)
    everybody, *routes = sheet(marketer, campaign, report="campaign")
    assert everybody["People"] == report.audience.people
    assert everybody["Still in the chain"] == report.audience.open
    assert [row["People"] for row in routes] == [route.audience.people for route in report.routes]
    for outcome in Outcome:
        assert everybody[str(outcome.label)] == report.audience.ended_as(outcome)
        assert sum(row[str(outcome.label)] for row in routes) == everybody[str(outcome.label)]


def test_a_list_of_people_has_as_many_rows_as_its_figure(marketer: Client) -> None:
    campaign = make_history(random=Random(23), people=25)
    assert len(export(marketer, campaign, report="people")) == 25
    for figure in ("outcome_engaged", "clicked", "skipped", "open"):
        question = Question(campaign_id=campaign.pk, figure=figure)
        assert len(export(marketer, campaign, report="people", figure=figure)) == count_behind(question)


def test_a_person_has_a_row_with_what_became_of_each_step(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign, contact=make_contact(external_id="A-17", first_name="Iryna"))
    message = make_message(enrolment=enrolment, status="skipped", fate="skipped", skip_reason=SkipReason.NO_CONSENT)
    row = export(marketer, campaign, report="people")[0]
    assert (row["id in your system"], row["First name"], row["Outcome"]) == ("A-17", "Iryna", "Still in the chain")
    assert row["Entered (UTC)"] == "2026-02-11 12:00:00"
    assert row[f"SMS · {message.step.sender.name}"] == "Skipped: no consent"  # type: ignore[union-attr]


def test_instants_are_told_by_the_readers_clock() -> None:
    """Sent at 3 in the morning; still UTC in 2026 (mautic#5318, #17319)."""
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    make_enrolment(campaign=campaign)
    reader = signed_in(Role.MARKETER, time_zone="Asia/Tokyo")
    assert export(reader, campaign, report="people")[0]["Entered (Asia/Tokyo)"] == "2026-02-11 21:00:00"
    assert sheet(reader, campaign, report="people")[0]["Entered (Asia/Tokyo)"] == datetime(2026, 2, 11, 21)  # noqa: DTZ001  a spreadsheet's


def test_nothing_in_a_file_is_run_as_a_formula(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, name="=cmd|' /C calc'!A0")
    make_enrolment(campaign=campaign, contact=make_contact(first_name="=1+1", last_name="@SUM(A1)\x07"))
    assert export(marketer, campaign, report="people")[0]["First name"] == "'=1+1"
    cells = sheet(marketer, campaign, report="people")[0]
    assert (cells["First name"], cells["Last name"]) == ("'=1+1", "'@SUM(A1)")
    assert sheet(marketer, campaign, report="campaign")[0]["Campaign"].startswith("'=cmd")


def test_a_file_is_called_after_its_campaign(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING, name="Осень / 2026")
    response = marketer.get(reverse("campaign_export", args=[campaign.pk]), {"report": "steps", "format": "csv"})
    assert "filename*=utf-8''%D0%BE%D1%81%D0%B5%D0%BD%D1%8C-2026.csv" in response["Content-Disposition"]
    assert response.streaming


def test_a_list_too_long_for_a_workbook_is_offered_as_csv(marketer: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.views.reports.MOST_IN_XLSX", 1)
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    for _number in range(2):
        count_passage(make_enrolment(campaign=campaign))
    address = reverse("campaign_export", args=[campaign.pk])
    response = marketer.get(address, {"report": "people", "format": "xlsx"}, follow=True)
    assert "an Excel file is made of up to 1. Take the CSV instead." in response.content.decode()
    assert len(export(marketer, campaign, report="people")) == 2


@pytest.mark.parametrize(
    ("roles", "permissions", "report", "status"),
    [
        ([Role.MANAGER], [], "steps", 200),
        ([Role.MANAGER], [], "people", 403),
        ([Role.MANAGER], [Permission.VIEW_PEOPLE], "people", 200),
        ([Role.ADMIN], [], "steps", 403),
        ([Role.MARKETER], [], "people", 200),
    ],
)
def test_only_who_may_export_exports(
    roles: list[Role], permissions: list[Permission], report: str, status: int
) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    client = signed_in(*roles, permissions=permissions)
    response = client.get(reverse("campaign_export", args=[campaign.pk]), {"report": report, "format": "csv"})
    assert response.status_code == status


def test_an_export_is_noted_with_who_took_what(marketer: Client) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    export(marketer, campaign, report="people", figure="open")
    entry = AuditEntry.objects.get(verb="exported")
    assert (entry.subject_kind, entry.subject_id) == ("campaign", campaign.pk)
    assert entry.details == {"report": "people", "format": "csv", "figure": "open"}
    assert entry.actor is not None


@pytest.mark.parametrize(
    "query",
    [{"report": "steps"}, {"report": "all", "format": "csv"}, {"report": "people", "format": "csv", "figure": "none"}],
)
def test_a_report_that_does_not_exist_is_not_found(marketer: Client, query: dict[str, str]) -> None:
    campaign = make_campaign(status=CampaignStatus.RUNNING)
    assert marketer.get(reverse("campaign_export", args=[campaign.pk]), query).status_code == 404


def test_the_reports_have_the_campaigns_launched_in_the_period(marketer: Client) -> None:
    inside = make_history(random=Random(24), people=5)
    Campaign.objects.filter(pk=inside.pk).update(launched_at=NOON, name="Inside")
    make_campaign(status=CampaignStatus.FINISHED, launched_at=NOON - timedelta(days=40), name="Before")
    make_campaign(status=CampaignStatus.SCHEDULED, launched_at=NOON, name="Only scheduled")
    days = {"begins_on": "2026-02-01", "ends_on": "2026-02-11"}
    page = marketer.get(reverse("report_list"), days).content.decode()
    assert "Inside" in page
    assert "Before" not in page
    assert "Only scheduled" not in page
    rows = list(
        csv.DictReader(
            StringIO(body(marketer.get(reverse("report_export"), {**days, "format": "csv"})).decode("utf-8-sig"))
        )
    )
    report = campaign_report(inside.pk)
    assert [(row["Campaign"], row["People"], row["Acted"]) for row in rows] == [
        ("Inside", str(report.audience.people), str(report.audience.engaged))
    ]


def test_the_last_day_of_a_period_is_inside_by_the_readers_clock() -> None:
    late = datetime(2026, 2, 11, 20, tzinfo=UTC)
    make_campaign(status=CampaignStatus.FINISHED, launched_at=late, name="Late in the evening")
    days = {"begins_on": "2026-02-11", "ends_on": "2026-02-11"}
    for zone, is_inside in (("UTC", True), ("Asia/Tokyo", False)):
        page = signed_in(Role.MANAGER, time_zone=zone).get(reverse("report_list"), days).content.decode()
        assert ("Late in the evening" in page) is is_inside


def test_a_period_that_ends_before_it_begins_is_refused_at_the_field(marketer: Client) -> None:
    response = marketer.get(reverse("report_list"), {"begins_on": "2026-02-11", "ends_on": "2026-02-01"})
    assert response.status_code == 422
    assert "It ends before it begins." in response.content.decode()
    assert 'value="2026-02-01"' in response.content.decode()


def test_without_a_period_the_last_thirty_days_are_shown(marketer: Client) -> None:
    make_campaign(status=CampaignStatus.RUNNING, launched_at=ago(days=31, hours=1), name="Too long ago")
    response = marketer.get(reverse("report_list"))
    assert response.status_code == 200
    assert f'value="{timezone.localdate():%Y-%m-%d}"' in response.content.decode()
    assert "None was launched in these days," in response.content.decode()


def test_reports_of_a_period_are_for_those_who_may_read_them(client: Client) -> None:
    assert client.get(reverse("report_list")).status_code == 302
    assert signed_in().get(reverse("report_list")).status_code == 403
    assert signed_in(Role.ADMIN).get(reverse("report_export"), {"format": "csv"}).status_code == 403


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("By campaign", [], "By campaign"),
        ("By campaign", ["BY CAMPAIGN"], "By campaign (2)"),
        ("по кампаниям", ["По кампаниям", "по кампаниям (2)"], "по кампаниям (3)"),
        ("x" * 40, ["X" * 31], "x" * 27 + " (2)"),
        ("x" * 40, ["x" * 31, *("x" * 27 + f" ({number})" for number in range(2, 10))], "x" * 26 + " (10)"),
        ("history", [], "history (2)"),
        ("a/b\\c[d]'e'\x07\n", [], "abcde"),
        ("[]", ["Cascade"], "Cascade (2)"),
        # A picture counts twice, and none is cut in two.
        ("\N{FIRE}" * 20, [], "\N{FIRE}" * 15),
        ("x" * 30 + " y", ["x" * 30], "x" * 27 + " (2)"),
    ],
)
def test_sheets_have_names_that_excel_takes_and_none_twice(title: str, taken: list[str], name: str) -> None:
    assert sheet_name(title, taken) == name


def test_a_workbook_of_long_titles_that_begin_alike_can_be_opened() -> None:
    title = "What each step of the campaign added to it"
    sections = [
        Section(key=f"s{number}", title=f"{title} {number}", columns=[Column(label="Step")], rows=[["1"]])
        for number in range(3)
    ]
    document = Document(
        title="Report",
        subtitle="",
        organisation="",
        currency="EUR",
        made_at=NOON,
        headlines=(),
        sections=(*sections, replace(sections[0], title=f"{title}".upper())),
    )
    with xlsx_document(document) as file:
        names = load_workbook(file).sheetnames
    assert len({name.casefold() for name in names}) == len(names) == 5
    assert max(len(name) for name in names) <= 31
