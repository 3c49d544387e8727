"""Mails of reports that wait: what passes is tried again, what must not leave does not, and nothing leaves twice."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from campaigns import report_letters, report_mailing, report_schedules
from campaigns.models import ReportMail, ReportSchedule, User
from campaigns.permissions import Role, set_roles
from campaigns.report_schedules import fall_due, send_now
from tests.campaigns.mailed_reports import DUE, make_schedule
from tests.campaigns.servers import in_a_thread
from tests.campaigns.signing_in import signed_in
from tests.channels.smtp_server import Postbox, smtp_server
from tests.factories import ago, make_user

pytestmark = pytest.mark.django_db

State, Reason = ReportMail.State, ReportMail.Reason


def told() -> list[tuple[str, str]]:
    """What the history says of each mail."""
    return [(mail.state, mail.reason) for mail in ReportMail.objects.order_by("pk")]


def time_passes() -> None:
    """Until what waits may leave."""
    ReportMail.objects.update(changed_at=ago(minutes=1))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception], Callable[[], None]]:
    """`broken(error)`: reports cannot be made until what it gives is called."""

    def breaks(error: Exception) -> Callable[[], None]:
        make = report_letters._make

        def fail(_mail: ReportMail) -> report_letters.Made:
            raise error

        monkeypatch.setattr(report_letters, "_make", fail)
        return lambda: monkeypatch.setattr(report_letters, "_make", make)

    return breaks


@pytest.mark.parametrize("error", [OperationalError("away"), OSError("no space left")])
def test_an_error_that_passes_while_a_report_is_made_is_waited_for(
    postbox: Postbox, broken: Callable[[Exception], Callable[[], None]], error: Exception
) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    mend = broken(error)
    assert report_mailing.send_waiting() == 0
    assert told() == [(State.WAITING, Reason.UNMADE)]
    mend()
    assert report_mailing.send_waiting() == 0
    time_passes()
    assert report_mailing.send_waiting() == 1
    assert told() == [(State.SENT, "")]
    assert len(postbox.mails) == 1


def test_patience_with_what_should_pass_has_an_end(broken: Callable[[Exception], Callable[[], None]]) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    broken(OperationalError("away"))
    for _try in range(report_mailing.TRIES):
        assert told()[0][0] == State.WAITING
        report_mailing.send_waiting()
        time_passes()
    assert told() == [(State.FAILED, Reason.UNMADE)]


def test_an_error_of_ours_does_not_pass(broken: Callable[[Exception], Callable[[], None]]) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    broken(ZeroDivisionError())
    report_mailing.send_waiting()
    assert told() == [(State.FAILED, Reason.UNMADE)]


def test_a_worker_that_died_before_anything_left_is_followed_by_another(postbox: Postbox) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    assert next(report_mailing._claimed()).tries == 1
    assert report_mailing.send_waiting() == 0
    time_passes()
    assert report_mailing.send_waiting() == 1
    assert len(postbox.mails) == 1


def test_a_mail_that_kills_its_workers_is_given_up() -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    for _worker in range(report_mailing.TRIES):
        next(report_mailing._claimed())
        time_passes()
    assert report_mailing.send_waiting() == 0
    assert told() == [(State.FAILED, Reason.UNMADE)]


def test_a_worker_whose_claim_ran_out_sends_nothing(postbox: Postbox) -> None:
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    slow = next(report_mailing._claimed())
    time_passes()
    assert report_mailing.send_waiting() == 1
    assert report_mailing._send(slow, report_letters.Letters()) is False
    assert len(postbox.mails) == 1
    assert told() == [(State.SENT, "")]


def test_a_server_that_says_later_at_the_door_is_asked_again(settings: Settings) -> None:
    """The answer 421 stands instead of a greeting."""
    settings.EMAIL_BACKEND = "tests.campaigns.mailed_reports.BusyBackend"
    make_schedule(addresses="board@example.com")
    fall_due(DUE)
    report_mailing.send_waiting()
    assert told() == [(State.WAITING, Reason.NO_CONNECTION)]
    assert "busy" in ReportMail.objects.get().details


def test_a_server_that_does_not_let_us_in_is_not_asked_again(settings: Settings) -> None:
    box = Postbox()
    with in_a_thread(smtp_server(box, password="right")) as host:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", int(host.split(":")[1])
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "shop", "wrong"
        make_schedule(addresses="board@example.com")
        fall_due(DUE)
        report_mailing.send_waiting()
    assert told() == [(State.FAILED, Reason.REFUSED)]
    assert ReportMail.objects.get().details.startswith("(535")


@pytest.mark.parametrize("is_reader_still", [True, False])
def test_whether_a_colleague_may_read_reports_is_looked_at_again_each_time(
    postbox: Postbox, is_reader_still: bool
) -> None:
    colleague = make_user(roles=[Role.MANAGER])
    make_schedule(users=[colleague])
    fall_due(DUE)
    postbox.rcpt_answer = "450 later"
    report_mailing.send_waiting()
    assert told() == [(State.WAITING, Reason.REFUSED)]
    if not is_reader_still:
        set_roles(user=colleague, roles=[])
    postbox.rcpt_answer = "250 OK"
    time_passes()
    report_mailing.send_waiting()
    assert told() == [(State.SENT, "") if is_reader_still else (State.FAILED, Reason.NOT_PERMITTED)]
    assert len(postbox.mails) == is_reader_still


def deactivate(schedule: ReportSchedule) -> None:
    """Whoever answers for it is let go."""
    assert schedule.owner
    User.objects.filter(pk=schedule.owner.pk).update(is_active=False)


def withdraw(schedule: ReportSchedule) -> None:
    """Whoever answers for it may mail reports no more."""
    assert schedule.owner
    set_roles(user=schedule.owner, roles=[Role.MARKETER])


def take_out(schedule: ReportSchedule) -> None:
    """The address is taken out of the recipients."""
    ReportSchedule.objects.filter(pk=schedule.pk).update(addresses="other@example.com")


def forget_owner(schedule: ReportSchedule) -> None:
    """The account of whoever answers for it is gone."""
    ReportSchedule.objects.filter(pk=schedule.pk).update(owner=None)


def switch_off(schedule: ReportSchedule) -> None:
    """It is switched off, past the page."""
    ReportSchedule.objects.filter(pk=schedule.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (deactivate, Reason.NO_OWNER),
        (withdraw, Reason.NO_OWNER),
        (forget_owner, Reason.NO_OWNER),
        (take_out, Reason.TAKEN_OUT),
        (switch_off, Reason.SWITCHED_OFF),
        (report_schedules.delete, Reason.DELETED),
    ],
)
def test_what_happened_since_a_mail_was_made_keeps_it_back_and_the_history_says_why(
    postbox: Postbox, happens: Callable[[ReportSchedule], None], reason: str
) -> None:
    schedule = make_schedule(addresses="board@example.com")
    fall_due(DUE)
    happens(schedule)
    assert report_mailing.send_waiting() == 0
    assert told() == [(State.FAILED, reason)]
    assert postbox.mails == []
    page = signed_in(Role.MANAGER).get(reverse("schedule_list")).content.decode()
    assert str(Reason(reason).label) in page


@pytest.mark.parametrize("happens", [deactivate, withdraw, forget_owner])
def test_colleagues_get_their_mail_whoever_answers_for_the_addresses_outside(
    postbox: Postbox, happens: Callable[[ReportSchedule], None]
) -> None:
    schedule = make_schedule(users=[make_user(roles=[Role.MANAGER])], addresses="board@example.com")
    happens(schedule)
    fall_due(DUE)
    assert report_mailing.send_waiting() == 1
    assert told() == [(State.SENT, ""), (State.FAILED, Reason.NO_OWNER)]


def test_a_deleted_colleagues_mail_is_no_mail_to_a_stranger(postbox: Postbox) -> None:
    colleague = make_user(roles=[Role.MANAGER])
    make_schedule(users=[colleague])
    fall_due(DUE)
    colleague.delete()
    report_mailing.send_waiting()
    assert told() == [(State.FAILED, Reason.TAKEN_OUT)]
    assert postbox.mails == []


ANSWERS: dict[str, Any] = {
    "name": "Неделя",
    "rhythm": "weekly",
    "weekday": "0",
    "month_day": "1",
    "at": "08:00",
    "file_format": "pdf",
    "addresses": "board@example.com",
}


def test_switching_a_report_off_keeps_back_what_waits_and_sending_by_hand_still_goes(postbox: Postbox) -> None:
    schedule = make_schedule(addresses="board@example.com")
    fall_due(DUE)
    send_now(schedule)
    client = signed_in(Role.MANAGER)
    assert client.post(reverse("schedule_edit", args=[schedule.pk]), ANSWERS).status_code == 302
    assert told() == [(State.FAILED, Reason.SWITCHED_OFF)] * 2
    assert report_mailing.send_waiting() == 0
    ReportMail.objects.all().delete()
    send_now(schedule)
    assert report_mailing.send_waiting() == 1


def test_a_mail_kept_back_while_its_report_was_being_made_does_not_leave(
    postbox: Postbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule = make_schedule(addresses="board@example.com")
    fall_due(DUE)
    make = report_letters._make

    def make_slowly(mail: ReportMail) -> report_letters.Made:
        report_schedules.delete(schedule)
        return make(mail)

    monkeypatch.setattr(report_letters, "_make", make_slowly)
    assert report_mailing.send_waiting() == 0
    assert told() == [(State.FAILED, Reason.DELETED)]
    assert postbox.mails == []


def test_a_deleted_report_is_gone_from_the_page_and_its_history_stays(postbox: Postbox) -> None:
    schedule = make_schedule(addresses="board@example.com")
    fall_due(DUE)
    report_mailing.send_waiting()
    client = signed_in(Role.MANAGER)
    client.post(reverse("schedule_delete", args=[schedule.pk]))
    page = client.get(reverse("schedule_list")).content.decode()
    assert "Nothing goes out yet" in page
    assert "board@example.com" in page
    for name in ("schedule_edit", "schedule_delete"):
        assert client.get(reverse(name, args=[schedule.pk])).status_code == 404
    assert client.post(reverse("schedule_send", args=[schedule.pk])).status_code == 404
    assert fall_due(timezone.now()) == 0


def test_whoever_saves_a_report_answers_for_it(postbox: Postbox) -> None:
    schedule = make_schedule(addresses="board@example.com", owner=None)
    client = signed_in(Role.MANAGER)
    client.post(reverse("schedule_edit", args=[schedule.pk]), ANSWERS | {"is_active": "on"})
    fall_due(DUE)
    assert report_mailing.send_waiting() == 1


def test_a_report_that_is_due_and_gets_another_name_still_goes_out() -> None:
    schedule = make_schedule(addresses="board@example.com")
    answers = ANSWERS | {"is_active": "on", "name": "Renamed"}
    signed_in(Role.MANAGER).post(reverse("schedule_edit", args=[schedule.pk]), answers)
    schedule.refresh_from_db()
    assert (schedule.name, schedule.next_at) == ("Renamed", DUE)
