"""Reports made in the background: asked for once, the same figures, for whoever asked, and never stuck."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from celery import current_app
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation
from openpyxl import load_workbook
from pypdf import PdfReader

from campaigns import made_reports
from campaigns.document_files import as_bytes
from campaigns.documents import Document
from campaigns.documents_period import TABLES, period_document
from campaigns.exporting import FileFormat
from campaigns.made_reports import KEPT, LEASE, TRIES, Lease, LeaseLost, ask_for, forget_old, make_waiting
from campaigns.models import AuditEntry, MadeReport, User
from campaigns.permissions import Role
from campaigns.tasks import bulk_forget_signals, bulk_make_reports
from tests.campaigns.autumn_reports import campaigns_of_february, many_campaigns
from tests.campaigns.signing_in import signed_in
from tests.campaigns.test_period_reports import DAYS, FEBRUARY
from tests.factories import ago, make_user

pytestmark = pytest.mark.django_db

State = MadeReport.State


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made_reports, "MOST_AT_ONCE", 2)


def asked(*, user: User | None = None, file_format: FileFormat = FileFormat.XLSX, table: str = "") -> MadeReport:
    """February's report, asked for by `user` or else by a new manager."""
    user = user or make_user(roles=[Role.MANAGER])
    return ask_for(user=user, period=FEBRUARY, file_format=file_format, table=table)


def let_lease_run_out(report: MadeReport) -> None:
    """Let so much time pass that the report's worker counts as dead."""
    MadeReport.objects.filter(pk=report.pk).update(lease_until=ago(seconds=1))


def taken(report: MadeReport) -> Lease:
    """The right to `report`, which is free."""
    lease = Lease.take(report.pk)
    assert lease is not None
    return lease


def state_of(report: MadeReport) -> str:
    """How far `report` is now."""
    report.refresh_from_db()
    return report.state


def test_few_campaigns_leave_at_once_and_many_are_made_in_the_background(marketer: Client) -> None:
    query = {**DAYS, "format": "xlsx"}
    many_campaigns(2)
    assert marketer.get(reverse("report_export"), query).getvalue().startswith(b"PK")
    many_campaigns(1)
    answer = marketer.get(reverse("report_export"), query)
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("made_report_list"))
    assert MadeReport.objects.get().state == State.WAITING
    assert AuditEntry.objects.filter(verb="exported").count() == 1


def test_asking_wakes_a_worker(marketer: Client, django_capture_on_commit_callbacks: Any) -> None:
    many_campaigns(3)
    with django_capture_on_commit_callbacks() as callbacks:
        marketer.get(reverse("report_export"), {**DAYS, "format": "pdf"})
        marketer.get(reverse("report_export"), {**DAYS, "format": "pdf"})
    assert len(callbacks) == 1


def test_a_second_click_leads_to_the_one_under_way(marketer: Client) -> None:
    many_campaigns(3)
    for wanted in ({"format": "xlsx"}, {"format": "xlsx", "table": "time"}, {"format": "pdf"}, {"format": "csv"}):
        for _click in range(2):
            marketer.get(reverse("report_export"), {**DAYS, **wanted})
    assert sorted(MadeReport.objects.values_list("file_format", "table")) == [
        ("csv", "campaigns"),
        ("pdf", ""),
        ("xlsx", ""),
    ]
    make_waiting()
    marketer.get(reverse("report_export"), {**DAYS, "format": "pdf"})
    assert MadeReport.objects.filter(file_format="pdf").count() == 2


def test_colleagues_and_languages_have_files_of_their_own() -> None:
    user = make_user(roles=[Role.MANAGER])
    first = asked(user=user)
    assert asked(user=user) == first
    assert asked() != first
    with translation.override("uk"):
        assert asked(user=user) != first


@pytest.mark.parametrize("table", TABLES)
def test_a_csv_made_later_is_the_one_that_leaves_at_once(
    marketer: Client, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    campaigns_of_february()
    query = {**DAYS, "format": "csv", "table": table}
    marketer.get(reverse("report_export"), query)
    bulk_make_reports()
    made = marketer.get(reverse("made_report_file", args=[MadeReport.objects.get().pk]))
    monkeypatch.setattr(made_reports, "MOST_AT_ONCE", 1_000)
    direct = marketer.get(reverse("report_export"), query)
    assert made.content == direct.getvalue()
    for header in ("Content-Disposition", "Content-Type"):
        assert made.headers[header] == direct.headers[header]


def test_workbook_and_paper_hold_the_figures_of_the_page() -> None:
    campaigns_of_february()
    workbook, paper = asked(), asked(file_format=FileFormat.PDF)
    assert make_waiting() == 2
    people = {headline.label: headline.value for headline in period_document(FEBRUARY).headlines}["People"]
    for report in (workbook, paper):
        assert state_of(report) == State.READY
        assert (report.campaigns_counted, report.campaigns_total) == (3, 3)
        assert report.title == "Campaigns Feb. 1, 2026 to Feb. 28, 2026"
    overview = load_workbook(BytesIO(bytes(workbook.file or b""))).worksheets[0]
    assert people in [row[1].value for row in overview.iter_rows() if row[0].value == "People"]
    assert "Win-back" in "".join(page.extract_text() for page in PdfReader(BytesIO(bytes(paper.file or b""))).pages)


def test_a_report_is_in_the_language_and_by_the_clock_of_whoever_asked() -> None:
    campaigns_of_february()
    with translation.override("ru"), timezone.override("Asia/Tokyo"):
        report = asked()
    make_waiting()
    report.refresh_from_db()
    assert "28 февраля 2026" in report.title
    sheet = load_workbook(BytesIO(bytes(report.file or b""))).worksheets[-1]
    launched = {row[0].value: row[3].value for row in sheet.iter_rows(min_row=2)}["Win-back"]
    assert launched.hour == 21


def test_the_list_tells_how_far_each_is_until_all_are_made(marketer: Client) -> None:
    many_campaigns(3)
    marketer.get(reverse("report_export"), {**DAYS, "format": "xlsx"})
    taken(MadeReport.objects.get()).tell(1, 3)
    page = marketer.get(reverse("made_report_list")).content.decode()
    assert "1 of 3 campaigns counted" in page
    assert 'hx-trigger="every 1s, seen-again"' in page
    let_lease_run_out(MadeReport.objects.get())
    make_waiting()
    htmx = {"HX-Request": "true", "HX-Target": "report-files"}
    part = marketer.get(reverse("made_report_list"), headers=htmx).content.decode()
    assert "<html" not in part
    assert "hx-trigger" not in part
    assert reverse("made_report_file", args=[MadeReport.objects.get().pk]) in part


def test_the_list_asks_as_often_for_many_and_reads_no_file(marketer: Client) -> None:
    counts = []
    for _round in range(2):
        for _number in range(3):
            asked(user=User.objects.latest("pk"))
            make_waiting()
        with CaptureQueriesContext(connection) as queries:
            marketer.get(reverse("made_report_list"))
        counts.append(len(queries))
        assert not [query for query in queries if '"campaigns_madereport"."file",' in query["sql"]]
    assert counts[0] == counts[1]


def test_only_who_asked_and_may_still_export_gets_the_file() -> None:
    many_campaigns(1)
    asker = make_user(roles=[Role.MANAGER])
    report = asked(user=asker)
    address = reverse("made_report_file", args=[report.pk])
    client = Client()
    client.force_login(asker, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(address).status_code == 404
    make_waiting()
    assert client.get(address).status_code == 200
    assert AuditEntry.objects.get(verb="exported").actor == asker
    assert signed_in(Role.MARKETER).get(address).status_code == 404
    assert signed_in(Role.ADMIN).get(address).status_code == 403
    assert signed_in(Role.ADMIN).get(reverse("made_report_list")).status_code == 403
    assert Client().get(address).status_code == 302
    asker.groups.clear()
    assert client.get(address).status_code == 403
    other = signed_in(Role.MARKETER).get(reverse("made_report_list")).content.decode()
    assert "No files yet" in other


@pytest.mark.parametrize("query", [{"format": "doc"}, {}, {"format": "csv", "table": "people"}])
def test_what_there_is_not_is_not_made(marketer: Client, query: dict[str, str]) -> None:
    many_campaigns(3)
    assert marketer.get(reverse("report_export"), {**DAYS, **query}).status_code == 404
    assert not MadeReport.objects.exists()


def test_a_report_whose_worker_died_is_made_again() -> None:
    many_campaigns(1)
    report = asked()
    dead = taken(report)
    assert make_waiting() == 0
    let_lease_run_out(report)
    assert make_waiting() == 1
    assert state_of(report) == State.READY
    with pytest.raises(LeaseLost):
        dead.tell(1, 1)
    assert not dead.end(title="another", file=b"another", made_at=timezone.now())
    dead.fail()
    assert state_of(report) == State.READY
    assert report.title.startswith("Campaigns")


def test_of_two_workers_one_has_the_report() -> None:
    report = asked()
    assert Lease.take(report.pk) is not None
    assert Lease.take(report.pk) is None


def test_a_worker_that_counts_keeps_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked()
    lease = taken(report)
    MadeReport.objects.update(lease_until=timezone.now() + timedelta(seconds=1))
    with pytest.raises(LeaseLost):
        lease.tell(1, 2)
    let_lease_run_out(report)
    lease = taken(report)
    monkeypatch.setattr(made_reports, "LEASE", 2 * LEASE)
    lease.tell(1, 2)
    report.refresh_from_db()
    assert report.lease_until > timezone.now() + LEASE


def test_a_report_that_kills_each_worker_is_given_up() -> None:
    report = asked()
    for _try in range(TRIES):
        taken(report)
        let_lease_run_out(report)
    assert make_waiting() == 0
    assert state_of(report) == State.FAILED


def test_one_that_cannot_be_made_says_so_and_keeps_no_other_from_being_made(
    marketer: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = User.objects.latest("pk")
    broken, sound = (
        asked(user=user, file_format=FileFormat.PDF),
        asked(user=user, file_format=FileFormat.CSV, table="time"),
    )

    def without_paper(document: Document, file_format: FileFormat, key: str) -> bytes:
        if file_format is FileFormat.PDF:
            raise ValueError("no paper left")
        return as_bytes(document, file_format, key)

    monkeypatch.setattr(made_reports, "as_bytes", without_paper)
    assert make_waiting() == 1
    assert (state_of(broken), state_of(sound)) == (State.FAILED, State.READY)
    page = marketer.get(reverse("made_report_list")).content.decode()
    again = f"{reverse('report_export')}?begins_on=2026-02-01&amp;ends_on=2026-02-28&amp;format=pdf"
    assert again in page
    assert "Over time" in page


def test_a_database_that_is_away_leaves_the_report_for_later(monkeypatch: pytest.MonkeyPatch) -> None:
    report = asked()

    def away(*_args: object, **_named: object) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(made_reports, "period_document", away)
        with pytest.raises(OperationalError):
            make_waiting()
    assert state_of(report) == State.MAKING
    let_lease_run_out(report)
    assert make_waiting() == 1


def test_files_are_forgotten_after_some_days() -> None:
    old, making, fresh = asked(), asked(), asked()
    make_waiting()
    MadeReport.objects.filter(pk=making.pk).update(
        state=State.MAKING, file=None, lease_until=timezone.now() + timedelta(minutes=1)
    )
    MadeReport.objects.exclude(pk=fresh.pk).update(asked_at=timezone.now() - KEPT - timedelta(minutes=1))
    assert forget_old() == 1
    assert set(MadeReport.objects.all()) == {making, fresh}
    MadeReport.objects.update(asked_at=timezone.now() - KEPT - timedelta(minutes=1), lease_until=ago(seconds=1))
    bulk_forget_signals()
    assert not MadeReport.objects.filter(pk=old.pk).exists()
    assert not MadeReport.objects.exists()


def test_celery_knows_the_task_and_keeps_it_out_of_the_engine_s_queue() -> None:
    assert made_reports.MAKE_TASK in current_app.tasks
    assert current_app.amqp.Router().route({}, made_reports.MAKE_TASK)["queue"].name == "bulk"
