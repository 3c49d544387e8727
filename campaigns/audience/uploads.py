"""What people do with an import: upload a file, start it, cancel it; and what time does, delete it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from itertools import islice
from typing import BinaryIO

from django.core.files.base import File
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from campaigns.audience.file_reading.formats import FileFormat, FileRow, data_rows, headers, recognise
from campaigns.audience.file_reading.limits import UnreadableFile
from campaigns.audience.import_choices import ImportChoices
from campaigns.engine.wake import wake
from campaigns.models import AuditEntry, ContactImport, RejectedRow, User

IMPORT_TASK = "campaigns.tasks.bulk_import_contacts"
# A contact file, and the rows of it that were not taken, are kept so long after the import ended.
RETENTION = timedelta(days=30)
State = ContactImport.State


# So many rows are looked at to propose what columns mean, and to preview them.
SAMPLE_ROWS = 1000


@dataclass(frozen=True, kw_only=True)
class Sample:
    """The headers of an upload and its first rows."""

    file_format: FileFormat
    headers: list[str]
    rows: list[FileRow]


class NotPossibleNow(Exception):
    """The import is no longer in a state in which this can be done."""


def upload(*, file: BinaryIO, name: str, by: User) -> ContactImport:
    """Keep `file` as an import that waits for its mapping.

    Raises UnreadableFile, and keeps nothing, for a file that holds no list.
    """
    file_format = recognise(file)
    _refuse_unless_readable(file, file_format)
    size = file.seek(0, 2)
    file.seek(0)
    contact_import = ContactImport(
        name=name[-255:],
        size=size,
        file_format=file_format.model_dump(mode="json"),
        created_by=by,
    )
    contact_import.file.save(name, File(file), save=False)
    contact_import.save()
    return contact_import


@contextmanager
def opened(contact_import: ContactImport) -> Iterator[tuple[BinaryIO, FileFormat]]:
    """The upload, open for reading, and how it is read."""
    if not contact_import.file:
        raise UnreadableFile(gettext("The file is no longer kept. Upload it again."))
    with contact_import.file.open("rb") as stored:
        yield stored.file, FileFormat.model_validate(contact_import.file_format)


def sample_of(contact_import: ContactImport) -> Sample:
    """What the pages show of the upload. Raises UnreadableFile when it cannot be read as it was told."""
    file_format = FileFormat.model_validate(contact_import.file_format)
    return _sample(contact_import.file.name, file_format)


# The page of the mapping asks again after every change, and a large workbook takes seconds to open.
@lru_cache(maxsize=16)
def _sample(name: str, file_format: FileFormat) -> Sample:
    with ContactImport(file=name).file.open("rb") as stored:
        rows = list(islice(data_rows(stored.file, file_format), SAMPLE_ROWS))
        return Sample(file_format=file_format, headers=headers(stored.file, file_format), rows=rows)


def reread_as(contact_import: ContactImport, file_format: FileFormat) -> None:
    """Read the upload like this from now on.

    Raises UnreadableFile when its first rows cannot be read so, NotPossibleNow once it has been started.
    """
    with opened(contact_import) as (file, _before):
        _refuse_unless_readable(file, file_format)
    with _locked(contact_import, State.UPLOADED) as current:
        current.file_format = file_format.model_dump(mode="json")
        current.save(update_fields=["file_format"])


def start(contact_import: ContactImport, *, choices: ImportChoices, by: User) -> None:
    """Let Celery carry the import out by `choices`. Raises NotPossibleNow when it has been started already."""
    with _locked(contact_import, State.UPLOADED) as current:
        current.choices = choices.model_dump(mode="json")
        current.state = State.QUEUED
        # From now on it waits for a worker: importing.overdue_imports finds it when none comes.
        current.lease_until = timezone.now()
        current.save(update_fields=["choices", "state", "lease_until"])
        _audit(current, by, "start")
        transaction.on_commit(lambda: wake(IMPORT_TASK, current.pk))


def cancel(contact_import: ContactImport, *, by: User) -> ContactImport:
    """Stop the import after the rows that are done, which stay. Raises NotPossibleNow when it has ended."""
    with _locked(contact_import, State.QUEUED, State.RUNNING) as current:
        current.state = State.CANCELLED
        current.ended_at = timezone.now()
        current.lease_until = None
        current.save(update_fields=["state", "ended_at", "lease_until"])
        _audit(current, by, "cancel")
    return current


def discard(contact_import: ContactImport) -> None:
    """Forget an upload that was never started, file and all. Raises NotPossibleNow for any other."""
    with _locked(contact_import, State.UPLOADED) as current:
        file = current.file
        current.delete()
        transaction.on_commit(lambda: file.storage.delete(file.name))


def delete_old() -> int:
    """Delete what is kept of imports for longer than RETENTION; gives how many there were. Counts stay."""
    before = timezone.now() - RETENTION
    old = ContactImport.objects.filter(created_at__lt=before).exclude(file="")
    deleted = 0
    for contact_import in old.exclude(state__in=[State.QUEUED, State.RUNNING]):
        contact_import.file.delete(save=False)
        RejectedRow.objects.filter(contact_import=contact_import).delete()
        is_unused = contact_import.state == State.UPLOADED
        ContactImport.objects.filter(pk=contact_import.pk).update(
            file="", state=State.CANCELLED if is_unused else contact_import.state
        )
        deleted += 1
    return deleted


def _refuse_unless_readable(file: BinaryIO, file_format: FileFormat) -> None:
    """What the page of the mapping shows can be read, and is something."""
    if not list(islice(data_rows(file, file_format), SAMPLE_ROWS)):
        raise UnreadableFile(gettext("There is no row beneath the headers."))


@contextmanager
def _locked(contact_import: ContactImport, *states: ContactImport.State) -> Iterator[ContactImport]:
    with transaction.atomic():
        current = ContactImport.objects.select_for_update(of=("self",)).get(pk=contact_import.pk)
        if current.state not in states:
            raise NotPossibleNow
        yield current


def _audit(contact_import: ContactImport, by: User, verb: str) -> None:
    AuditEntry.objects.create(actor=by, verb=verb, subject_kind="import", subject_id=contact_import.pk)
