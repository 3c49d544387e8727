"""Reports by mail: due once, at a real mail server with a file to be read, for those who may; and what came of it."""

from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pypdf import PdfReader
from pytest_django import Settings

from campaigns import report_letters, report_mailing, report_schedules
from campaigns.models import AuditEntry, ReportMail, ReportSchedule, User
from campaigns.permissions import Role
from campaigns.report_schedules import fall_due, next_after, period_of, send_now
from campaigns.tasks import bulk_mail_reports
from tests.campaigns.autumn_reports import campaigns_of_february
from tests.campaigns.mailed_reports import DUE, make_schedule
from tests.campaigns.signing_in import signed_in
from tests.channels.smtp_server import Postbox
from tests.factories import ago, make_user

pytestmark = pytest.mark.django_db

State, Reason = ReportMail.State, ReportMail.Reason


@pytest.mark.parametrize(
    ("fields", "after", "due"),
    [
        # Mondays at eight, before and after the clocks are put forward.
        ({}, datetime(2026, 3, 23, 5, tzinfo=UTC), datetime(2026, 3, 23, 6, tzinfo=UTC)),
        ({}, datetime(2026, 3, 23, 6, tzinfo=UTC), datetime(2026, 3, 30, 5, tzinfo=UTC)),
        # An hour that the clocks leave out is the one after it.
        (
            {"weekday": 6, "at": time(3, 30)},
            datetime(2026, 3, 28, tzinfo=UTC),
            datetime(2026, 3, 29, 1, 30, tzinfo=UTC),
        ),
        (
            {"rhythm": "monthly", "month_day": 28},
            datetime(2026, 2, 28, 7, tzinfo=UTC),
            datetime(2026, 3, 28, 6, tzinfo=UTC),
        ),
        ({"rhythm": "monthly"}, datetime(2026, 12, 1, 7, tzinfo=UTC), datetime(2027, 1, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_report_falls_due_by_the_clock_of_whoever_made_it(
    fields: dict[str, Any], after: datetime, due: datetime
) -> None:
    assert next_after(ReportSchedule(time_zone="Europe/Kyiv", **{"at": time(8), **fields}), after) == due


def test_it_is_about_the_week_or_the_month_before() -> None:
    weekly, monthly = (ReportSchedule(time_zone="Asia/Tokyo", rhythm=rhythm) for rhythm in ("weekly", "monthly"))
    # On March 1 in Tokyo, still February elsewhere.
    due = datetime(2026, 2, 28, 23, tzinfo=UTC)
    assert (period_of(weekly, due).begins_on, period_of(weekly, due).ends_on) == (date(2026, 2, 22), date(2026, 2, 28))
    assert (period_of(monthly, due).begins_on, period_of(monthly, due).ends_on) == (date(2026, 2, 1), date(2026, 2, 28))


def test_a_pdf_arrives_with_its_figures_in_the_language_of_each(postbox: Postbox) -> None:
    campaigns_of_february()
    manager = make_user(roles=[Role.MANAGER], email="olena@example.com", language="ru")
    make_schedule(users=[manager], addresses="board@example.com", file_format="pdf")
    fall_due(DUE)
    assert report_mailing.send_waiting() == 2
    mails = {mail["To"]: mail for mail in postbox.mails}
    assert set(mails) == {"olena@example.com", "board@example.com"}
    english = mails["board@example.com"]
    assert english["Subject"].strip() == "Неделя: campaigns of Feb. 9, 2026 to Feb. 15, 2026"
    assert "People: 36" in english.get_body().get_content()
    assert "/reports/?begins_on=2026-02-09&ends_on=2026-02-15" in english.get_body().get_content()
    for mail in mails.values():
        (attached,) = mail.iter_attachments()
        assert attached.get_content_type() == "application/pdf"
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(attached.get_content())).pages)
        assert "Осенняя распродажа" in text
    assert {mail.state for mail in ReportMail.objects.all()} == {State.SENT}


def test_a_workbook_and_csv_arrive_readable(postbox: Postbox) -> None:
    campaigns_of_february()
    for file_format in ("xlsx", "csv"):
        make_schedule(addresses=f"{file_format}@example.com", file_format=file_format)
    fall_due(DUE)
    report_mailing.send_waiting()
    mails = {mail["To"]: list(mail.iter_attachments()) for mail in postbox.mails}
    (workbook,) = mails["xlsx@example.com"]
    sheets = load_workbook(BytesIO(workbook.get_content()))
    assert sheets["By campaign"].max_row == 4
    tables = mails["csv@example.com"]
    assert [table.get_content_type() for table in tables] == ["text/csv"] * 4
    assert "Осенняя распродажа" in tables[-1].get_payload(decode=True).decode("utf-8-sig")


def test_two_beats_send_one_mail(postbox: Postbox) -> None:
    schedule = make_schedule(addresses="board@example.com", next_at=ago(minutes=1))
    for _beat in range(2):
        bulk_mail_reports()
    assert len(postbox.mails) == 1
    schedule.refresh_from_db()
    assert schedule.next_at > ago()


def test_what_another_worker_has_claimed_is_left_to_it(postbox: Postbox) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    ReportMail.objects.update(state=State.SENDING)
    assert report_mailing.send_waiting() == 0
    assert postbox.mails == []


def test_after_a_downtime_the_newest_report_goes_out_once() -> None:
    schedule = make_schedule(addresses="board@example.com")
    for _tick in range(3):
        fall_due(DUE + timedelta(days=40))
    assert schedule.mails.get().due_at == DUE + timedelta(days=35)
    schedule.refresh_from_db()
    # Clocks were put forward meanwhile.
    assert schedule.next_at == DUE + timedelta(days=42, hours=-1)


def test_what_does_not_go_out_falls_never_due() -> None:
    make_schedule(addresses="board@example.com", is_active=False)
    assert fall_due(DUE + timedelta(days=40)) == 0


def test_sent_by_hand_twice_within_a_minute_is_once() -> None:
    schedule = make_schedule(addresses="board@example.com")
    counts = {send_now(schedule), send_now(schedule)}
    assert counts == {1}
    # Between the two a minute may have begun.
    assert schedule.mails.filter(is_manual=True).count() <= 2
    assert ReportSchedule.objects.get().next_at == DUE


def test_an_address_that_is_also_a_colleagues_gets_one_mail() -> None:
    manager = make_user(roles=[Role.MANAGER], email="olena@example.com")
    schedule = make_schedule(users=[manager], addresses="Olena@example.com\nboard@example.com")
    fall_due(DUE)
    assert set(schedule.mails.values_list("address", flat=True)) == {"olena@example.com", "board@example.com"}


@pytest.mark.parametrize("fields", [{"is_active": False, "roles": [Role.MANAGER]}, {"roles": []}])
def test_who_may_no_longer_read_reports_gets_none_and_the_history_says_so(
    postbox: Postbox, fields: dict[str, Any]
) -> None:
    make_schedule(users=[make_user(**fields)])
    fall_due(DUE)
    report_mailing.send_waiting()
    assert postbox.mails == []
    assert [(mail.state, mail.reason) for mail in ReportMail.objects.all()] == [(State.FAILED, Reason.NOT_PERMITTED)]


def test_a_server_that_is_not_there_is_tried_again_and_then_given_up(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    for tries in range(1, report_mailing.TRIES):
        assert report_mailing.send_waiting() == 0
        mail = ReportMail.objects.get()
        assert (mail.state, mail.reason, mail.tries) == (State.WAITING, Reason.NO_CONNECTION, tries)
        assert report_mailing.send_waiting() == 0
        ReportMail.objects.update(changed_at=ago(minutes=1))
    report_mailing.send_waiting()
    assert ReportMail.objects.get().state == State.FAILED


@pytest.mark.parametrize(
    ("answers", "state", "reason"),
    [
        ({"rcpt_answer": "550 no such user"}, State.FAILED, Reason.REFUSED),
        ({"mail_answer": "550 not you"}, State.FAILED, Reason.REFUSED),
        ({"mail_answer": "451 later"}, State.WAITING, Reason.REFUSED),
        ({"rcpt_answer": "450 greylisted, later"}, State.WAITING, Reason.REFUSED),
        ({"data_answer": None}, State.FAILED, Reason.UNSURE),
    ],
)
def test_what_the_server_says_stands_in_the_history(
    postbox: Postbox, answers: dict[str, Any], state: str, reason: str
) -> None:
    for name, answer in answers.items():
        setattr(postbox, name, answer)
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    report_mailing.send_waiting()
    mail = ReportMail.objects.get()
    assert (mail.state, mail.reason) == (state, reason)
    assert mail.details


def test_what_a_dead_worker_may_have_sent_is_not_sent_again(postbox: Postbox) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    ReportMail.objects.update(state=State.SENDING, changed_at=ago(hours=1))
    report_mailing.send_waiting()
    assert postbox.mails == []
    assert ReportMail.objects.get().reason == Reason.UNSURE


def test_a_report_that_cannot_be_made_keeps_no_other_back(postbox: Postbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("broken", "sound"):
        make_schedule(name=name, addresses="board@example.com")
    fall_due(DUE)
    make = report_letters._make

    def break_one(mail: ReportMail) -> report_letters.Made:
        if mail.schedule.name == "broken":
            raise ZeroDivisionError
        return make(mail)

    monkeypatch.setattr(report_letters, "_make", break_one)
    assert report_mailing.send_waiting() == 1
    assert ReportMail.objects.get(schedule__name="broken").reason == Reason.UNMADE


def answers(**changes: Any) -> dict[str, Any]:
    """What the form is filled with."""
    filled = {
        "name": "Weekly",
        "rhythm": "weekly",
        "weekday": "0",
        "month_day": "1",
        "at": "08:00",
        "file_format": "pdf",
        "addresses": "board@example.com",
        "is_active": "on",
    }
    return filled | changes


def test_a_manager_has_a_report_mailed_by_their_own_clock() -> None:
    client = signed_in(Role.MANAGER, time_zone="Asia/Tokyo", language="es")
    assert client.get(reverse("schedule_new")).status_code == 200
    colleague = User.objects.get()
    answer = client.post(reverse("schedule_new"), answers(users=[colleague.pk], addresses="a@b.example, c@d.example"))
    assert answer.status_code == 302
    schedule = ReportSchedule.objects.get()
    assert (schedule.time_zone, schedule.language) == ("Asia/Tokyo", "es")
    assert schedule.addresses == "a@b.example\nc@d.example"
    assert (schedule.next_at.weekday(), schedule.next_at.hour) == (6, 23)
    page = client.get(reverse("schedule_list")).content.decode()
    assert "a@b.example" in page
    client.post(reverse("schedule_edit", args=[schedule.pk]), answers(name="Weekend", weekday="5"))
    schedule.refresh_from_db()
    assert (schedule.name, schedule.next_at.weekday()) == ("Weekend", 4)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == {"create", "change"}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"addresses": ""}, "Choose a colleague, or write an address below."),
        ({"addresses": "nobody"}, "nobody is no email address."),
        ({"month_day": "31"}, "less than or equal to 28"),
        ({"at": "25:00"}, "Enter a valid time."),
        ({"addresses": " ".join(f"a{number}@b.example" for number in range(51))}, "At most 50 addresses."),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(changes: dict[str, str], words: str) -> None:
    answer = signed_in(Role.MANAGER).post(reverse("schedule_new"), answers(name="Kept", **changes))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert 'value="Kept"' in page
    assert not ReportSchedule.objects.exists()


def test_it_is_sent_now_deleted_after_a_question_and_its_history_told(postbox: Postbox) -> None:
    client = signed_in(Role.MANAGER)
    schedule = make_schedule(addresses="board@example.com")
    assert client.get(reverse("schedule_send", args=[schedule.pk])).status_code == 405
    client.post(reverse("schedule_send", args=[schedule.pk]))
    bulk_mail_reports()
    page = client.get(reverse("schedule_list")).content.decode()
    assert "sent by hand" in page
    assert ">Sent</span>" in page
    delete = reverse("schedule_delete", args=[schedule.pk])
    assert "No mail of it leaves any more" in client.get(delete).content.decode()
    client.post(delete)
    assert not ReportSchedule.objects.present().exists()
    assert len(postbox.mails) >= 1
    assert ">Sent</span>" in client.get(reverse("schedule_list")).content.decode()


@pytest.mark.parametrize("name", ["schedule_list", "schedule_new", "schedule_edit", "schedule_send", "schedule_delete"])
@pytest.mark.parametrize(
    ("roles", "is_let_in"), [([Role.MARKETER], False), ([Role.ADMIN], True), ([Role.MANAGER], True)]
)
def test_only_managers_and_admins_have_reports_mailed(name: str, roles: list[Role], is_let_in: bool) -> None:
    arguments = [] if name in {"schedule_list", "schedule_new"} else [make_schedule(addresses="a@b.example").pk]
    client = signed_in(*roles)
    answer = (
        client.post(reverse(name, args=arguments))
        if name == "schedule_send"
        else client.get(reverse(name, args=arguments))
    )
    assert (answer.status_code == 403) is not is_let_in


def test_strangers_are_sent_to_sign_in_and_what_is_not_there_is_not_found(client: Client) -> None:
    assert client.get(reverse("schedule_list")).status_code == 302
    assert signed_in(Role.MANAGER).get(reverse("schedule_edit", args=[1])).status_code == 404
    assert report_schedules.fall_due(DUE) == 0
