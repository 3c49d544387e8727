"""Campaigns that people enter one by one, in reports of a period: what happened in its days, and nothing twice."""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from campaigns import report_mailing
from campaigns.documents_period import RULE, period_document
from campaigns.engine import counters
from campaigns.engine.stats import fold
from campaigns.models import Campaign, Outcome, StepStats
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.periods import Period, Preset
from campaigns.report_schedules import fall_due
from campaigns.reports import campaign_report
from campaigns.reports_figures import Audience
from campaigns.reports_groups import period_figures
from campaigns.reports_period import Order, campaigns_of, count_of, page_in_order, with_figures
from campaigns.reports_spans import COUNTED, PICKED, asked
from tests.campaigns.autumn_reports import abandoned_carts, campaigns_of_february, many_campaigns
from tests.campaigns.histories import change
from tests.campaigns.mailed_reports import DUE, make_schedule
from tests.channels.smtp_server import Postbox
from tests.factories import NOON, make_campaign

pytestmark = pytest.mark.django_db

JANUARY = Period(begins_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))
FEBRUARY = Period(begins_on=date(2026, 2, 1), ends_on=date(2026, 2, 28))
MARCH = Period(begins_on=date(2026, 3, 1), ends_on=date(2026, 3, 31))
SUMMER = Period(begins_on=date(2026, 7, 1), ends_on=date(2026, 8, 31))
EVER = Period(begins_on=date(2025, 1, 1), ends_on=date(2026, 12, 31))
DAYS = {"begins_on": "2026-02-01", "ends_on": "2026-02-28"}


@pytest.fixture
def carts() -> Campaign:
    """Launched in January, entered until the end of February, and left in March too."""
    return abandoned_carts(launched_at=NOON - timedelta(days=25), days=40)


def audience_in(period: Period, campaign: Campaign) -> Audience:
    """How the people of `campaign` stand in `period`."""
    ((_campaign, summary),) = with_figures(period, [campaign])
    return summary.people


def weeks(count: int) -> Iterator[Period]:
    """So many weeks after each other, the first in January."""
    for number in range(count):
        begins_on = date(2026, 1, 12) + timedelta(days=7 * number)
        yield Period(begins_on=begins_on, ends_on=begins_on + timedelta(days=6))


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Asia/Kathmandu", "America/St_Johns", "Europe/Kyiv"])
def test_the_periods_of_a_campaign_add_up_to_its_page(carts: Campaign, zone: str) -> None:
    report = campaign_report(carts.pk)
    with timezone.override(zone):
        parts = [period_figures(period).now for period in weeks(12)]
        assert sum(part.audience.people for part in parts) == report.audience.people == 40
        for outcome in Outcome:
            assert sum(part.audience.ended_as(outcome) for part in parts) == report.audience.ended_as(outcome)
        assert sum(part.messages.accepted for part in parts) == report.sent > 0
        assert sum((part.cost for part in parts), Decimal(0)) == report.cost
        assert period_figures(EVER).now.audience == report.audience
        assert sum(part.launched for part in parts) == 1


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Europe/Kyiv"])
def test_who_was_in_the_chain_and_who_entered_are_those_who_ended_and_who_are_still(carts: Campaign, zone: str) -> None:
    with timezone.override(zone):
        inside = 0
        for period in weeks(12):
            assert campaigns_of(period) == ([carts] if inside or period.ends_before > carts.launched_at else [])
            audience = audience_in(period, carts)
            assert audience.open_before == inside >= 0
            assert audience.open >= 0
            inside = audience.open
        assert inside == campaign_report(carts.pk).audience.open > 0


def test_each_kind_of_group_and_the_list_add_up_to_the_whole(carts: Campaign) -> None:
    campaigns_of_february()
    figures = period_figures(FEBRUARY)
    now = figures.now
    lines = [summary for _campaign, summary in with_figures(FEBRUARY, campaigns_of(FEBRUARY))]
    assert (len(lines), now.launched) == (now.campaigns, 3) == (4, 3)
    assert 36 < now.audience.people < 76
    for name in ("people", "engaged", "open", "open_before", "engaged_after_end"):
        assert sum(getattr(line.people, name) for line in lines) == getattr(now.audience, name), name
    for groups in (figures.segments, figures.moments):
        assert sum(group.audience.people for group in groups.values()) == now.audience.people
        assert sum(group.audience.engaged for group in groups.values()) == now.audience.engaged
        assert sum(group.messages.accepted for group in groups.values()) == now.messages.accepted
        assert sum((group.cost for group in groups.values()), Decimal(0)) == now.cost
    assert sum(group.audience.open for group in figures.segments.values()) == now.audience.open
    assert sum((group.cost for group in figures.channels.values()), Decimal(0)) == now.cost
    credit = sum(group.messages.credit for group in figures.channels.values())
    assert credit + now.audience.credit_before_any == now.audience.engaged


def test_what_is_folded_meanwhile_changes_no_figure(carts: Campaign) -> None:
    before = period_figures(FEBRUARY), audience_in(FEBRUARY, carts)
    while fold(limit=7):
        pass
    assert (period_figures(FEBRUARY), audience_in(FEBRUARY, carts)) == before


def test_the_period_before_has_what_happened_in_its_own_days(carts: Campaign) -> None:
    march = Period(begins_on=MARCH.begins_on, ends_on=MARCH.ends_on, preset=Preset.LAST_MONTH)
    figures = period_figures(march)
    assert figures.before.audience.people == period_figures(FEBRUARY).now.audience.people > 0
    assert figures.before.cost == period_figures(FEBRUARY).now.cost
    assert figures.now.launched == figures.before.launched == 0


def test_a_campaign_belongs_to_each_period_in_which_anything_happened(carts: Campaign) -> None:
    for period in (JANUARY, FEBRUARY, MARCH):
        assert campaigns_of(period) == [carts]
        assert count_of(period) == period_figures(period).now.campaigns == 1


def test_a_campaign_belongs_to_each_period_in_which_somebody_waited_in_it(carts: Campaign) -> None:
    inside = campaign_report(carts.pk).audience.open
    for summer in (SUMMER, Period(begins_on=SUMMER.begins_on, ends_on=SUMMER.ends_on, preset=Preset.LAST_MONTH)):
        figures = period_figures(summer)
        assert campaigns_of(summer) == [carts]
        assert count_of(summer) == figures.now.campaigns == 1
        assert figures.now.launched == 0
        audience = audience_in(summer, carts)
        assert (audience.people, audience.engaged, figures.now.messages.accepted, figures.now.cost) == (0, 0, 0, 0)
        assert audience.open_before == audience.open == figures.now.audience.open == inside > 0
        assert sum(group.audience.open for group in figures.segments.values()) == inside
    later = Period(begins_on=date(2026, 9, 1), ends_on=date(2026, 9, 30), preset=Preset.LAST_MONTH)
    assert period_figures(later).before.campaigns == 1


def test_it_is_of_no_period_after_everybody_has_left_nor_of_one_to_come(carts: Campaign) -> None:
    soon = timezone.localdate() + timedelta(days=2)
    assert campaigns_of(Period(begins_on=soon, ends_on=soon)) == []
    for enrolment in carts.enrolments.filter(outcome=""):
        in_april = NOON + timedelta(days=60)
        change(enrolment, counters.outcome(Outcome.CANCELLED), step=None, value=1, hour=in_april).save()
    assert campaigns_of(SUMMER) == []
    assert period_figures(SUMMER).now.audience.open == 0
    while fold(limit=100):
        pass
    assert campaigns_of(SUMMER) == []
    assert campaigns_of(MARCH) == [carts]


def test_one_that_was_launched_and_not_entered_yet_belongs_too_and_a_draft_never() -> None:
    fresh = make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING, launched_at=NOON)
    make_campaign(kind=CampaignKind.API, status=CampaignStatus.SCHEDULED, launched_at=NOON)
    make_campaign(kind=CampaignKind.API)
    assert campaigns_of(FEBRUARY) == [fresh]
    assert period_figures(FEBRUARY).now.campaigns == 1
    assert campaigns_of(MARCH) == []


@pytest.mark.parametrize("order", Order.NAMES)
def test_the_list_is_sorted_by_what_it_shows(carts: Campaign, order: str) -> None:
    many_campaigns(2)
    shown = {
        "name": lambda campaign, _summary: campaign.name,
        "launched": lambda campaign, _summary: campaign.launched_at,
        "people": lambda _campaign, summary: summary.audience,
        "acted": lambda _campaign, summary: summary.engaged,
        "share": lambda _campaign, summary: summary.people.share_engaged,
        "open": lambda _campaign, summary: summary.open,
        "cost": lambda _campaign, summary: summary.cost,
        "each": lambda _campaign, summary: summary.cost_per_engaged,
    }[order]
    for written in (order, f"-{order}"):
        rows = page_in_order(FEBRUARY, Order.read(written)).rows
        assert carts in rows
        values = [shown(*line) for line in with_figures(FEBRUARY, rows)]
        told = [value for value in values if value is not None]
        assert told == sorted(told, reverse=written.startswith("-"))
        assert values[: len(told)] == told


def test_page_workbook_csv_and_mail_say_the_same(carts: Campaign, marketer: Client, postbox: Postbox) -> None:
    campaigns_of_february()
    audience = audience_in(FEBRUARY, carts)
    now = period_figures(FEBRUARY).now
    page = marketer.get(reverse("report_list"), DAYS).content.decode()
    assert str(RULE) in page
    assert "1 launched earlier" in page
    line = page.partition(f'href="{reverse("campaign_watch", args=[carts.pk])}"')[2].partition("</tr>")[0]
    assert "When something happens" in line
    for figure in (audience.people, audience.engaged, audience.open):
        assert f'<td class="is-figure">{figure}</td>' in line
    answer = marketer.get(reverse("report_export"), {**DAYS, "format": "csv"})
    rows = list(csv.DictReader(StringIO(answer.getvalue().decode("utf-8-sig"))))
    (row,) = [row for row in rows if row["Campaign"] == "Abandoned carts"]
    ended = sum(int(row[str(outcome.label)]) for outcome in Outcome)
    assert int(row["In the chain before"]) + int(row["People"]) == ended + int(row["Still in the chain"])
    assert (row["People"], row["Acted"]) == (str(audience.people), str(audience.engaged))
    answer = marketer.get(reverse("report_export"), {**DAYS, "format": "xlsx"})
    workbook = load_workbook(BytesIO(answer.getvalue()))
    people = [cells[6].value for cells in workbook["By campaign"].iter_rows(min_row=2)]
    assert sum(people) == now.audience.people
    assert str(RULE) in [cell.value for (cell, *_others) in workbook["Overview"].iter_rows()]
    make_schedule(rhythm="monthly", addresses="board@example.com", next_at=DUE + timedelta(days=20))
    with timezone.override("Europe/Kyiv"):
        people_in_kyiv = period_figures(FEBRUARY).now.audience.people
    fall_due(DUE + timedelta(days=20))
    assert report_mailing.send_waiting() == 1
    text = postbox.mails[0].get_body().get_content()
    assert f"People: {people_in_kyiv}\n" in text.replace("\r", "").replace(" (", "\n(")
    assert "one by one" in text


def test_a_share_is_told_only_of_those_who_are_part_of_it() -> None:
    """More acted in these days than entered: they had entered before."""
    carts = abandoned_carts(launched_at=NOON - timedelta(days=60), days=1)
    shares = {period.begins_on: audience_in(period, carts).share_engaged for period in weeks(2)}
    assert [audience_in(period, carts).people for period in weeks(2)] == [0, 0]
    assert set(shares.values()) == {None}


def test_a_document_of_a_period_in_which_nobody_entered_is_made(carts: Campaign) -> None:
    document = period_document(MARCH)
    assert [section.key for section in document.sections] == ["time", "channels", "segments", "campaigns"]


def test_the_hours_of_a_period_are_found_without_reading_the_others(carts: Campaign) -> None:
    for number in range(400):
        place = {"campaign_id": carts.pk, "version_id": 1, "route_id": number, "counter": "audience"}
        StepStats.objects.create(**place, hour=NOON + timedelta(days=600), value=1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_stepstats")
        cursor.execute(f"EXPLAIN WITH {PICKED}, {COUNTED} SELECT * FROM counted", asked(FEBRUARY))
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "stepstats_by_hour" in plan
