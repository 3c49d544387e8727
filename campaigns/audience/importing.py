"""One import from its start to its end: chunk after chunk, each committed together with how far it came.

A worker may die at any instant. What it committed is exactly what the import's row says is done, so the
next worker goes on there, and nothing is lost or taken twice.
"""

import logging
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import DateTimeField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from campaigns.audience.bulk_loading import BatchResult, ImportPlan, NotTaken, list_not_taken, load
from campaigns.audience.contact_resource import ContactResource
from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.file_reading.formats import FileRow, data_rows, headers
from campaigns.audience.file_reading.limits import UnreadableFile
from campaigns.audience.import_choices import ImportChoices
from campaigns.audience.targets import Target
from campaigns.audience.uploads import opened
from campaigns.models import ContactImport, ImportedContact

logger = logging.getLogger(__name__)

CHUNK_ROWS = 2000
LEASE = timedelta(minutes=2)
PATIENCE = timedelta(minutes=1)
# So often, in rows, a worker that only reads says that it lives.
_SIGN_OF_LIFE = 20_000
# A shift loads for at least so many times as long as it skipped.
_WORTH = 4
State = ContactImport.State


class LeaseLost(Exception):
    """The import was cancelled, or another worker took it over: this one must not write any more."""


class Lease:
    """A worker's right to an import: whoever changed `lease_until` last has it."""

    def __init__(self, import_id: int, until: datetime) -> None:
        self.import_id = import_id
        # The last two: a transaction that was rolled back has taken the last one with it.
        self._until = [until]

    @classmethod
    def take(cls, import_id: int) -> "Lease | None":
        """The right to an import that waits, or whose worker is silent; None if there is nothing to take."""
        now = timezone.now()
        started_at = Coalesce("started_at", Value(now, output_field=DateTimeField()))
        taken = (
            _waiting().filter(pk=import_id).update(state=State.RUNNING, lease_until=now + LEASE, started_at=started_at)
        )
        return cls(import_id, now + LEASE) if taken else None

    def renew(self) -> None:
        """Keep the right for some time more; in a transaction this locks the import until its end. Raises LeaseLost."""
        until = timezone.now() + LEASE
        if not self._mine().update(lease_until=until):
            raise LeaseLost
        self._until = [self._until[-1], until]

    def release(self) -> None:
        """Leave the import to whoever takes it next."""
        self._mine().update(lease_until=timezone.now())

    def end(self, state: ContactImport.State, error: str = "") -> None:
        """Leave the import in `state` for good. Nothing happens where the right was lost."""
        self._mine().update(state=state, error=error, ended_at=timezone.now(), lease_until=None)

    def _mine(self) -> QuerySet[ContactImport]:
        return ContactImport.objects.filter(pk=self.import_id, state=State.RUNNING, lease_until__in=self._until)


def overdue_imports() -> list[int]:
    """The imports, by id, that nobody came to although they have waited for PATIENCE, the oldest first.

    Their message was lost, or their worker died. Their waiting begins anew, so that they are not told of at every look.
    """
    now = timezone.now()
    overdue = _waiting().exclude(lease_until__gt=now - PATIENCE)
    found = list(overdue.order_by("pk").values_list("pk", flat=True))
    _waiting().filter(pk__in=found).update(lease_until=now)
    return found


def run(import_id: int, *, shift: float | None = None) -> bool:
    """Carry the import out, or go on with it; gives whether there is nothing left of it to do here.

    After `shift` seconds of loading it is left for the next worker, because others wait for this one too.

    1. Take the lease, or leave it to whoever has it.
    2. Count the rows once. A file that turns out unreadable fails here, before anything is written.
    3. Skip the rows that are done. For each chunk: read its rows, then in one transaction renew the lease,
       write what the rows say, and add the counts. When the shift is over, give the lease back.
    4. Bring the planner's statistics up to date, forget which row named whom, and end.

    A database that is away leaves the lease to run out, so that the import goes on later; any other
    unexpected error ends it as failed, says how many rows are in, and is raised again.
    """
    lease = Lease.take(import_id)
    if lease is None:
        return True
    contact_import = ContactImport.objects.select_related("created_by").get(pk=import_id)
    with translation.override(_language_of(contact_import)):
        if not _is_over(contact_import, lease, shift):
            return False
    if not ContactImport.objects.filter(pk=import_id, state__in=[State.QUEUED, State.RUNNING]).exists():
        ImportedContact.objects.filter(contact_import_id=import_id).delete()
    return True


def _is_over(contact_import: ContactImport, lease: Lease, shift: float | None) -> bool:
    """Load for a shift; False if there is more to load. What ends the import otherwise is written down."""
    try:
        return _carry_out(contact_import, lease, shift)
    except LeaseLost:
        logger.info("import %s was cancelled or taken over", contact_import.pk)
    except UnreadableFile as error:
        lease.end(State.FAILED, str(error))
    except FileNotFoundError:
        lease.end(State.FAILED, _("The file is no longer there. Upload it again."))
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        lease.end(State.FAILED, _("Something unexpected happened. The rows counted here are in; the rest is not."))
        raise
    return True


def _waiting() -> QuerySet[ContactImport]:
    """Those that a worker may take: whose lease is over, or that never had one."""
    is_free = Q(lease_until=None) | Q(lease_until__lte=timezone.now())
    return ContactImport.objects.filter(is_free, state__in=[State.QUEUED, State.RUNNING])


def _carry_out(contact_import: ContactImport, lease: Lease, shift: float | None) -> bool:
    choices = ImportChoices.model_validate(contact_import.choices)
    with opened(contact_import) as (file, file_format):
        plan = _plan(contact_import, choices, headers(file, file_format))
        if contact_import.rows_total is None:
            total = sum(1 for _row in _living(data_rows(file, file_format), lease))
            ContactImport.objects.filter(pk=contact_import.pk).update(rows_total=total)
        resource = ContactResource(choices)
        began = time.monotonic()
        rows = islice(_living(data_rows(file, file_format), lease), contact_import.rows_done, None)
        chunk = list(islice(rows, CHUNK_ROWS))
        # Rows that are done are read again: the further in, the longer a shift must be to be worth it.
        ends_at = time.monotonic() + max(shift or 0, _WORTH * (time.monotonic() - began))
        while chunk:
            _take_in(chunk, resource, plan, lease)
            chunk = list(islice(rows, CHUNK_ROWS))
            if chunk and shift is not None and time.monotonic() > ends_at:
                lease.release()
                return False
    _describe_to_planner()
    lease.end(State.DONE)
    return True


def _describe_to_planner() -> None:
    """Tell PostgreSQL what the tables hold now, before it finds out by itself.

    Until then it plans for the tables as they were, and whatever counts the people just imported takes seconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE campaigns_contact, campaigns_address, campaigns_consent, campaigns_suppression")


def _take_in(chunk: list[FileRow], resource: ContactResource, plan: ImportPlan, lease: Lease) -> None:
    drafts: list[ContactDraft] = []
    rejected: list[NotTaken] = []
    for row in chunk:
        try:
            drafts.append(resource.read(row))
        except RowRejected as error:
            rejected.append(NotTaken(row.number, row.cells, str(error)))
    with transaction.atomic():
        lease.renew()
        result = load(drafts, plan=plan, now=timezone.now())
        result.rejected += len(rejected)
        list_not_taken([*rejected, *result.not_taken], import_id=plan.import_id)
        _count(plan.import_id, len(chunk), result)


def _count(import_id: int, rows: int, result: BatchResult) -> None:
    ContactImport.objects.filter(pk=import_id).update(
        rows_done=F("rows_done") + rows,
        created_count=F("created_count") + result.created,
        updated_count=F("updated_count") + result.updated,
        unchanged_count=F("unchanged_count") + result.unchanged,
        repeated_count=F("repeated_count") + result.repeated,
        rejected_count=F("rejected_count") + result.rejected,
        kept_withdrawn_count=F("kept_withdrawn_count") + result.kept_withdrawn,
    )


def _living(rows: Iterator[FileRow], lease: Lease) -> Iterator[FileRow]:
    for count, row in enumerate(rows, start=1):
        if count % _SIGN_OF_LIFE == 0:
            lease.renew()
        yield row


def _plan(contact_import: ContactImport, choices: ImportChoices, names: list[str]) -> ImportPlan:
    place = choices.place_of(Target.CONSENT)
    return ImportPlan(
        import_id=contact_import.pk,
        choices=choices,
        source=contact_import.name,
        consent_header="" if place is None else names[place],
    )


def _language_of(contact_import: ContactImport) -> str:
    """What is written down about rows is for the person who uploaded them."""
    user = contact_import.created_by
    return (user.language if user else "") or settings.LANGUAGE_CODE
