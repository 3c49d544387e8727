"""The report over all campaigns of a period: the same figures on the page, in its file and on the campaigns' pages."""

import csv
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns.documents import told
from campaigns.documents_period import period_document
from campaigns.engine.stats import fold
from campaigns.models import AuditEntry, Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.periods import Period
from campaigns.permissions import Role
from campaigns.reports import campaign_report
from campaigns.reports_groups import Unit, period_figures
from campaigns.reports_period import Order, page_in_order
from tests.campaigns.autumn_reports import campaigns_of_february, many_campaigns
from tests.campaigns.signing_in import signed_in
from tests.factories import NOON, make_campaign

pytestmark = pytest.mark.django_db

FEBRUARY = Period(begins_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
DAYS = {"begins_on": "2026-02-01", "ends_on": "2026-02-28"}


def rows_of(client: Client, **query: str) -> list[dict[str, str]]:
    """A table of February's report as CSV."""
    answer = client.get(reverse("report_export"), {**DAYS, "format": "csv", **query})
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))


def test_a_period_adds_up_to_what_its_campaigns_pages_say() -> None:
    reports = [campaign_report(campaign.pk) for campaign in campaigns_of_february()]
    figures = period_figures(FEBRUARY)
    now = figures.now
    assert (now.campaigns, now.audience.people) == (3, 36)
    assert now.audience.engaged == sum(report.audience.engaged for report in reports) > 0
    assert now.audience.open == sum(report.audience.open for report in reports)
    assert now.messages.accepted == sum(report.sent for report in reports)
    assert now.messages.late == sum(report.late for report in reports)
    assert now.cost == sum((report.cost for report in reports), Decimal(0))
    for channel, group in figures.channels.items():
        steps = [step.figures for report in reports for step in report.steps if step.channel == channel]
        assert group.messages.entered == sum(step.entered for step in steps)
        assert group.messages.credit == sum(step.credit for step in steps)
        assert group.cost == sum((step.cost for step in steps), Decimal(0))


def test_each_kind_of_group_adds_up_to_the_whole() -> None:
    campaigns_of_february()
    figures = period_figures(FEBRUARY)
    for groups in (figures.segments, figures.moments):
        assert sum(group.audience.people for group in groups.values()) == figures.now.audience.people
        assert sum(group.audience.engaged for group in groups.values()) == figures.now.audience.engaged
        assert sum(group.messages.accepted for group in groups.values()) == figures.now.messages.accepted
        assert sum((group.cost for group in groups.values()), Decimal(0)) == figures.now.cost
    assert sum((group.cost for group in figures.channels.values()), Decimal(0)) == figures.now.cost
    credit = sum(group.messages.credit for group in figures.channels.values())
    assert credit + figures.now.audience.credit_before_any == figures.now.audience.engaged
    assert sum(group.launched for group in figures.moments.values()) == figures.now.launched == 3


def test_what_is_folded_meanwhile_changes_no_figure() -> None:
    campaigns_of_february()
    before = period_figures(FEBRUARY)
    while fold(limit=7):
        pass
    assert period_figures(FEBRUARY) == before


def test_page_and_csv_say_what_the_campaigns_own_pages_say(marketer: Client) -> None:
    campaigns = campaigns_of_february()
    page = marketer.get(reverse("report_list"), DAYS).content.decode()
    rows = {row["Campaign"].removeprefix("'"): row for row in rows_of(marketer)}
    assert len(rows) == 3
    for campaign in campaigns:
        report, row = campaign_report(campaign.pk), rows[campaign.name]
        own = marketer.get(reverse("campaign_export", args=[campaign.pk]), {"report": "campaign", "format": "csv"})
        everybody = next(csv.DictReader(StringIO(own.getvalue().decode("utf-8-sig"))))
        for heading in row.keys() & everybody.keys():
            assert row[heading] == everybody[heading], heading
        assert (row["People"], row["Acted"]) == (str(report.audience.people), str(report.audience.engaged))
        line = page.partition(f'href="{reverse("campaign_watch", args=[campaign.pk])}"')[2].partition("</tr>")[0]
        assert f'<td class="is-figure">{report.audience.engaged}</td>' in line


@pytest.mark.parametrize("key", ["time", "segments", "channels"])
def test_each_table_of_the_page_is_the_one_of_the_file(marketer: Client, key: str) -> None:
    campaigns_of_february()
    page = marketer.get(reverse("report_list"), DAYS).content.decode()
    document = period_document(FEBRUARY)
    section = document.section(key)
    assert section is not None
    table = page.partition(f'id="section-{key}"')[2].partition("</table>")[0]
    rows = rows_of(marketer, table=key)
    assert len(rows) == len(section.rows) > 0
    for row, written in zip(section.rows, rows, strict=True):
        for place, column in section.brief_columns:
            if column.kind.is_figure:
                assert f">{told(row[place], column.kind, document.currency)}</td>" in table
                assert written[column.label] == ("" if row[place] is None else str(row[place]))


def test_the_period_before_stands_beside_it(marketer: Client) -> None:
    many_campaigns(2)
    many_campaigns(1, launched_at=NOON - timedelta(days=28))
    figures = period_figures(FEBRUARY)
    assert (figures.now.campaigns, figures.before.campaigns) == (2, 1)
    headlines = {headline.label: headline for headline in period_document(FEBRUARY).headlines}
    assert headlines["People"].value == 2_001
    assert headlines["People"].before == 1_000
    assert headlines["People"].change == "+100.1%"
    page = marketer.get(reverse("report_list"), DAYS).content.decode()
    assert "+100.1% against 1,000" in page
    assert "Against Jan. 1, 2026 to Jan. 31, 2026." in page


def test_a_campaign_is_of_the_day_of_its_launch_by_the_readers_clock() -> None:
    """At 23:30 in Kyiv, on the day before the clocks are put forward."""
    make_campaign(status=CampaignStatus.FINISHED, launched_at=datetime(2026, 3, 28, 21, 30, tzinfo=UTC))
    march = Period(begins_on=date(2026, 3, 28), ends_on=date(2026, 3, 29))
    for zone, day in (("Europe/Kyiv", 28), ("Asia/Tokyo", 29)):
        with timezone.override(zone):
            moments = period_figures(march).moments
            assert [(begins_on.day, group.launched) for begins_on, group in moments.items() if group.launched] == [
                (day, 1)
            ]


@pytest.mark.parametrize(
    ("days", "unit", "points"), [(31, Unit.DAY, 31), (90, Unit.WEEK, 13), (365, Unit.MONTH, 12), (3000, Unit.YEAR, 10)]
)
def test_a_period_has_as_many_points_as_one_can_tell_apart(days: int, unit: Unit, points: int) -> None:
    figures = period_figures(Period(begins_on=date(2026, 2, 28) - timedelta(days=days - 1), ends_on=date(2026, 2, 28)))
    assert (figures.unit, len(figures.moments)) == (unit, points)


def test_a_period_without_campaigns_has_noughts_and_says_so(marketer: Client) -> None:
    figures = period_figures(FEBRUARY)
    assert (figures.now.campaigns, figures.now.audience.people, figures.now.cost_per_engaged) == (0, 0, None)
    assert (figures.channels, figures.segments) == ({}, {})
    assert "None was launched in these days," in marketer.get(reverse("report_list"), DAYS).content.decode()


@pytest.mark.parametrize("order", Order.NAMES)
def test_the_list_is_sorted_both_ways(order: str) -> None:
    many_campaigns(5)
    ascending = [row.pk for row in page_in_order(FEBRUARY, Order.read(order)).rows]
    descending = [row.pk for row in page_in_order(FEBRUARY, Order.read(f"-{order}")).rows]
    assert ascending == descending[::-1]
    assert len(ascending) == 5


def test_what_nobody_entered_yet_comes_last_both_ways() -> None:
    many_campaigns(2)
    empty = make_campaign(status=CampaignStatus.RUNNING, launched_at=NOON)
    for written in ("each", "-each", "-people"):
        assert page_in_order(FEBRUARY, Order.read(written)).rows[-1] == empty


def test_pages_go_on_and_back_and_a_broken_cursor_is_the_first() -> None:
    many_campaigns(120)
    seen: list[int] = []
    cursor = ""
    while True:
        page = page_in_order(FEBRUARY, Order(name="acted"), cursor)
        seen += [row.pk for row in page.rows]
        if not page.next_cursor:
            break
        cursor = page.next_cursor
    assert len(seen) == len(set(seen)) == 120
    assert page.previous_cursor == "50"
    for broken in ("x", "-1", "9" * 30, "²", "5000"):
        assert [row.pk for row in page_in_order(FEBRUARY, Order(name="acted"), broken).rows] == seen[:50]


def test_the_page_asks_as_often_for_many_campaigns_as_for_few(marketer: Client) -> None:
    asked = []
    for count in (3, 60):
        many_campaigns(count)
        marketer.get(reverse("report_list"), {**DAYS, "sort": "-acted"})
        with CaptureQueriesContext(connection) as queries:
            marketer.get(reverse("report_list"), {**DAYS, "sort": "-acted"})
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 16


def test_turning_a_page_reads_the_list_alone(marketer: Client) -> None:
    many_campaigns(60)
    htmx = {"HX-Request": "true", "HX-Target": "report-campaigns"}
    with CaptureQueriesContext(connection) as queries:
        answer = marketer.get(reverse("report_list"), {**DAYS, "cursor": "50"}, headers=htmx)
    assert not [query for query in queries if "GROUPING" in query["sql"]]
    assert answer.content.decode().count("<tr>") == 1 + 10
    assert "<html" not in answer.content.decode()


@pytest.mark.parametrize(
    "days",
    [
        {"begins_on": "0001-01-01", "ends_on": "2026-02-01"},
        {"begins_on": "2026-02-01", "ends_on": "9999-12-31"},
        {"begins_on": "yesterday", "ends_on": ""},
        {"begins_on": "2026-02-01"},
    ],
)
def test_days_that_cannot_be_are_refused_at_their_fields(marketer: Client, days: dict[str, str]) -> None:
    answer = marketer.get(reverse("report_list"), days)
    assert answer.status_code == 422
    assert "invalid-feedback" in answer.content.decode()
    assert marketer.get(reverse("report_export"), {**days, "format": "csv"}).status_code == 404


@pytest.mark.parametrize("query", [{"period": "7d"}, {"period": "this-year"}, {"period": "nonsense"}, {"sort": "x"}])
def test_periods_by_name_and_words_that_mean_nothing_give_a_page(marketer: Client, query: dict[str, str]) -> None:
    assert marketer.get(reverse("report_list"), query).status_code == 200


def test_no_cell_of_a_file_is_run_as_a_formula(marketer: Client) -> None:
    campaigns_of_february()
    assert "'=cmd|' /C calc'!A0" in [row["Campaign"] for row in rows_of(marketer)]


@pytest.mark.parametrize("query", [{"format": "doc"}, {}, {"format": "csv", "table": "people"}])
def test_a_file_that_there_is_not_is_not_found(marketer: Client, query: dict[str, str]) -> None:
    assert marketer.get(reverse("report_export"), {**DAYS, **query}).status_code == 404
    assert not AuditEntry.objects.filter(verb="exported").exists()


def test_only_who_may_export_is_offered_files() -> None:
    Campaign.objects.filter(pk=make_campaign(status=CampaignStatus.RUNNING).pk).update(launched_at=NOON)
    for role, is_offered in ((Role.MANAGER, True), (Role.ADMIN, False)):
        page = signed_in(role).get(reverse("report_list"), DAYS).content.decode()
        assert (reverse("report_export") in page) is is_offered
