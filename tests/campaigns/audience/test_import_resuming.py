"""A worker may die at any instant, and a colleague may stop an import: nothing is lost, nothing is taken twice."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone
from django.utils.translation import get_language
from psycopg.conninfo import make_conninfo

from campaigns.audience import bulk_loading, importing, tasks, uploads
from campaigns.audience.bulk_loading import list_not_taken
from campaigns.audience.contact_resource import ContactResource
from campaigns.audience.file_reading.formats import FileRow
from campaigns.audience.file_reading.limits import UnreadableFile
from campaigns.audience.uploads import NotPossibleNow
from campaigns.models import Address, AuditEntry, Consent, Contact, ContactImport, ImportedContact, RejectedRow
from tests.contact_files.importing import counts, imported, reasons, started, uploaded
from tests.contact_files.made_up import ukrainian_csv
from tests.factories import ago, make_user

State = ContactImport.State
PATIENCE = 60
_WORKER = """
import sys
import django
django.setup()
from campaigns.audience import importing
importing.run(int(sys.argv[1]))
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_is_followed_by_one_that_goes_on_where_it_was() -> None:
    """Mailtrain#270, mautic#9034: imports that freeze, or begin again from the first row."""
    file = ukrainian_csv(people=12_000)
    contact_import = started(file.content, name=file.name)
    kill_after_first_chunk(contact_import)
    contact_import.refresh_from_db()
    assert contact_import.state == State.RUNNING
    assert 0 < contact_import.rows_done < file.rows
    assert sum(counts(contact_import).values()) == contact_import.rows_done

    let_lease_run_out(contact_import)
    assert importing.overdue_imports() == [contact_import.pk]
    importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.state == State.DONE
    assert counts(contact_import) == {
        "created": file.contacts,
        "repeated": file.repeated,
        "rejected": file.rejected,
    }
    assert Contact.objects.count() == file.contacts
    assert Address.objects.filter(kind="phone").values("value").distinct().count() == file.contacts
    assert Consent.objects.count() == 2 * file.contacts
    assert RejectedRow.objects.count() == file.rejected + file.repeated
    assert reasons(contact_import)[-1] == f"The same person as in row {2 + file.repeated - 1}, which was taken."


@pytest.mark.django_db
def test_two_workers_do_not_carry_out_the_same_import() -> None:
    contact_import = started("phone\n+380676433012\n")
    assert importing.Lease.take(contact_import.pk)
    importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.rows_done) == (State.RUNNING, 0)
    assert importing.overdue_imports() == []


@pytest.mark.django_db
def test_a_worker_thought_dead_writes_nothing_more() -> None:
    contact_import = started("phone\n+380676433012\n")
    old = importing.Lease.take(contact_import.pk)
    assert old
    let_lease_run_out(contact_import)
    assert importing.Lease.take(contact_import.pk)
    with pytest.raises(importing.LeaseLost):
        old.renew()
    old.end(State.DONE)
    contact_import.refresh_from_db()
    assert contact_import.state == State.RUNNING


@pytest.mark.django_db
def test_an_import_whose_message_was_lost_is_found() -> None:
    contact_import = started("phone\n+380676433012\n")
    assert importing.overdue_imports() == []
    let_lease_run_out(contact_import)
    assert importing.overdue_imports() == [contact_import.pk]
    assert importing.overdue_imports() == []  # it has been told of


@pytest.mark.django_db
def test_an_import_lets_others_have_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 10)
    # However long it has skipped.
    monkeypatch.setattr(importing, "_WORTH", 0)
    file = ukrainian_csv(people=40, repetitions=3)
    contact_import = started(file.content, name=file.name)
    shifts = 1
    while not importing.run(contact_import.pk, shift=0):
        contact_import.refresh_from_db()
        assert (contact_import.state, contact_import.rows_done) == (State.RUNNING, 10 * shifts)
        shifts += 1
    contact_import.refresh_from_db()
    assert shifts == 5
    assert counts(contact_import) == {"created": file.contacts, "repeated": 3, "rejected": file.rejected}


@pytest.mark.django_db
def test_the_task_carries_an_import_out() -> None:
    contact_import = started("phone\n+380676433012\n")
    tasks.import_contacts(contact_import.pk)
    tasks.import_contacts(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.state, counts(contact_import)) == (State.DONE, {"created": 1})


@pytest.mark.django_db
def test_a_cancelled_import_keeps_the_rows_that_are_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK_ROWS", 10)
    file = ukrainian_csv(people=40, repetitions=0)
    colleague = make_user()
    contact_import = started(file.content, name=file.name)
    cancel_after_rows(contact_import, monkeypatch, by=colleague)
    importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.rows_done) == (State.CANCELLED, 10)
    assert Contact.objects.count() == 10
    assert not ImportedContact.objects.exists()
    assert AuditEntry.objects.filter(actor=colleague, verb="cancel", subject_id=contact_import.pk).exists()


@pytest.mark.django_db
def test_what_has_ended_cannot_be_cancelled_or_started_again() -> None:
    done = imported("phone\n+380676433012\n")
    with pytest.raises(NotPossibleNow):
        uploads.cancel(done, by=make_user())
    with pytest.raises(NotPossibleNow):
        uploads.discard(done)


@pytest.mark.django_db
def test_a_file_that_breaks_in_the_middle_fails_before_anything_is_stored() -> None:
    content = b"phone,name\n" + b"+380676433012,Anna\n" * 3000 + b'+380676433013,"lost\n' + b"x,y\n" * 40_000
    failed = imported(content)
    assert failed.state == State.FAILED
    assert failed.error.startswith("Row 3002 has more than 10000 characters in a cell")
    assert not Contact.objects.exists()


@pytest.mark.django_db
def test_a_file_that_breaks_at_its_beginning_is_not_even_kept() -> None:
    with pytest.raises(UnreadableFile, match="Row 302 has more"):
        uploaded(b"phone,name\n" + b"+380676433012,Anna\n" * 300 + b'+380676433013,"lost\n' + b"x,y\n" * 40_000)
    assert not ContactImport.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_gone_says_so() -> None:
    contact_import = started("phone\n+380676433012\n")
    contact_import.file.storage.delete(contact_import.file.name)
    importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.state, contact_import.error) == (
        State.FAILED,
        "The file is no longer there. Upload it again.",
    )


@pytest.mark.django_db
def test_a_database_that_is_away_for_a_moment_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    contact_import = started("phone\n+380676433012\n")

    def away(*args: object, **kwargs: object) -> None:
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as patch:
        patch.setattr(importing, "load", away)
        with pytest.raises(OperationalError):
            importing.run(contact_import.pk)
    let_lease_run_out(contact_import)
    importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    assert (contact_import.state, counts(contact_import)) == (State.DONE, {"created": 1})


@pytest.mark.django_db
def test_an_unexpected_error_ends_the_import_and_says_how_far_it_came(monkeypatch: pytest.MonkeyPatch) -> None:
    contact_import = started("phone\n+380676433012\n")

    def broken(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(bulk_loading, "people_of", broken)
    with pytest.raises(ZeroDivisionError):
        importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    assert contact_import.state == State.FAILED
    assert "Something unexpected happened" in contact_import.error


@pytest.mark.django_db
def test_reasons_are_in_the_language_of_whoever_uploaded() -> None:
    """What is written down about rows is read by a person, not by the worker."""
    contact_import = started("phone\n12345\n", by=make_user(language="es"))
    languages = []
    original = list_not_taken

    def listen(*args: object, **kwargs: object) -> None:
        languages.append(get_language())
        original(*args, **kwargs)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(importing, "list_not_taken", listen)
        importing.run(contact_import.pk)
    assert languages == ["es"]


@pytest.mark.django_db
def test_files_and_rows_not_taken_are_deleted_after_a_month_and_counts_stay() -> None:
    old = imported("phone\n+380676433012\n12345\n")
    forgotten = uploaded("phone\n+380676433012\n")
    recent = imported("phone\n12345\n")
    ContactImport.objects.filter(pk__in=[old.pk, forgotten.pk]).update(created_at=ago(days=31))
    path = Path(old.file.path)
    assert path.exists()

    tasks.delete_old_uploads()
    for contact_import in (old, forgotten, recent):
        contact_import.refresh_from_db()
    assert not path.exists()
    assert (old.file.name, counts(old)) == ("", {"created": 1, "rejected": 1})
    assert forgotten.state == State.CANCELLED
    assert Path(recent.file.path).exists()
    assert list(RejectedRow.objects.values_list("contact_import", flat=True)) == [recent.pk]


def test_celery_knows_the_tasks_and_keeps_them_out_of_the_engine_s_queue() -> None:
    router = current_app.amqp.Router()
    for name in ("bulk_import_contacts", "bulk_resume_imports", "bulk_delete_old_uploads"):
        assert f"campaigns.tasks.{name}" in current_app.tasks
        assert router.route({}, f"campaigns.tasks.{name}")["queue"].name == "bulk"


def kill_after_first_chunk(contact_import: ContactImport) -> None:
    """Let another process carry the import out, and kill it as soon as a chunk is committed."""
    conninfo = make_conninfo(os.environ["DATABASE_URL"], dbname=connection.settings_dict["NAME"])
    environment = os.environ | {"DATABASE_URL": conninfo, "DJANGO_SETTINGS_MODULE": "cascade_site.settings"}
    command = [sys.executable, "-c", _WORKER, str(contact_import.pk)]
    worker = subprocess.Popen(command, env=environment, cwd=settings.BASE_DIR)
    ends_at = time.monotonic() + PATIENCE
    while not ContactImport.objects.filter(pk=contact_import.pk, rows_done__gt=0).exists():
        assert time.monotonic() < ends_at, "the worker did not come to a first chunk"
        assert worker.poll() is None, "the worker ended by itself"
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.wait()


def let_lease_run_out(contact_import: ContactImport) -> None:
    """Let so much time pass that the import's worker counts as dead."""
    past = timezone.now() - importing.PATIENCE - timedelta(seconds=1)
    ContactImport.objects.filter(pk=contact_import.pk).update(lease_until=past)


def cancel_after_rows(contact_import: ContactImport, monkeypatch: pytest.MonkeyPatch, *, by: object) -> None:
    """Let a colleague stop the import while its second chunk is being read."""
    original = ContactResource.read
    seen = []

    def read(self: ContactResource, row: FileRow) -> object:
        seen.append(row)
        if len(seen) == 15:
            uploads.cancel(contact_import, by=by)  # type: ignore[arg-type]
        return original(self, row)

    monkeypatch.setattr(ContactResource, "read", read)
