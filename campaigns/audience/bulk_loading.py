"""Thousands of drafts into the tables at once: matched with who is there, compared, written in a few statements."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db import connection
from django.utils.translation import gettext as _

from campaigns.audience.addresses import address_hash
from campaigns.audience.applying import Changes, apply
from campaigns.audience.consent_changes import ConsentWord, record_consents
from campaigns.audience.copying import copy_rows, next_ids
from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.id_lists import among
from campaigns.audience.identity import COLUMNS, KnownContact, People, hold_identities, new_contact, people_of
from campaigns.audience.import_choices import ConsentBasis, ImportChoices
from campaigns.audience.targets import Target
from campaigns.models import Address, Contact, RejectedRow

_ALTER = """
    UPDATE campaigns_contact AS contact SET
        external_id = said.external_id, first_name = said.first_name, last_name = said.last_name,
        birth_date = said.birth_date, language = said.language, country = said.country, time_zone = said.time_zone,
        preferences = said.preferences, attributes = said.attributes
    FROM jsonb_to_recordset(%s::jsonb) AS said(
        id bigint, external_id text, first_name text, last_name text, birth_date date, language text, country text,
        time_zone text, preferences text[], attributes jsonb)
    WHERE contact.id = said.id
"""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A row for the list of what was not taken as it stood. See RejectedRow."""

    number: int
    cells: list[str]
    reason: str
    is_repeated: bool = False
    is_taken: bool = False


@dataclass(slots=True)
class BatchResult:
    """What came of a batch: counts of rows, which add up to the rows given, and the rows not taken."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    repeated: int = 0
    rejected: int = 0
    kept_withdrawn: int = 0
    not_taken: list[NotTaken] = field(default_factory=list)


Named = tuple[ContactDraft, KnownContact]


@dataclass(frozen=True, kw_only=True)
class ImportPlan:
    """What holds for every row of an import. `source` names the file in the history of consents."""

    import_id: int
    choices: ImportChoices
    source: str
    consent_header: str


def load(drafts: Sequence[ContactDraft], *, plan: ImportPlan, now: datetime) -> BatchResult:
    """Write `drafts` (rows of one file, in their order) in the transaction that is open."""
    hold_identities()
    people = people_of(drafts, import_id=plan.import_id)
    result, changes = BatchResult(), Changes()
    named = _sort(drafts, people, changes, result)
    _write(changes, import_id=plan.import_id, now=now)
    words = _consent_words(named, plan)
    outcome = record_consents(words, choice=plan.choices.consent, import_id=plan.import_id, now=now)
    touched = changes.touched | (outcome.changed - {contact.id for contact in changes.created})
    _touch(touched, now)
    _remember(named, plan)
    result.not_taken += [_left_out(draft) for draft, _contact in named if draft.left_out]
    result.created, result.updated = len(changes.created), len(touched)
    result.unchanged = len(named) - result.created - result.updated
    result.kept_withdrawn = outcome.kept_withdrawn
    return result


def list_not_taken(rows: Iterable[NotTaken], *, import_id: int) -> None:
    """Keep `rows` with the import, for the person who uploaded it."""
    copy_rows(
        RejectedRow,
        ("contact_import_id", "row_number", "is_repeated", "is_taken", "reason", "values"),
        (
            (import_id, row.number, row.is_repeated, row.is_taken, row.reason, [_storable(cell) for cell in row.cells])
            for row in rows
        ),
    )


def _sort(drafts: Sequence[ContactDraft], people: People, changes: Changes, result: BatchResult) -> list[Named]:
    """Each draft that is taken with its contact, noted in `changes`; `result` gets those that are not."""
    fresh_ids = iter(next_ids(Contact, len(drafts)))
    named: list[Named] = []
    for draft in drafts:
        try:
            contact = _contact_of(draft, people) or new_contact(next(fresh_ids))
        except RowRejected as error:
            result.rejected += 1
            result.not_taken.append(NotTaken(draft.number, draft.cells, str(error)))
            continue
        if contact.row_number is not None:
            result.repeated += 1
            result.not_taken.append(_repetition(draft, contact.row_number))
            continue
        contact.row_number = draft.number
        apply(draft, contact, changes)
        people.know(contact)
        named.append((draft, contact))
    return named


def _contact_of(draft: ContactDraft, people: People) -> KnownContact | None:
    contact = people.find(draft)
    if contact is None and not draft.addresses:
        reason = _("There is no phone number and no email address that could be used.")
        raise RowRejected(" ".join([*draft.left_out, reason]))
    return contact


def _repetition(draft: ContactDraft, row_number: int) -> NotTaken:
    reason = _("The same person as in row %(row)s, which was taken.") % {"row": row_number}
    return NotTaken(draft.number, draft.cells, reason, is_repeated=True)


def _left_out(draft: ContactDraft) -> NotTaken:
    reason = _("Taken without a part of it. %(parts)s") % {"parts": " ".join(draft.left_out)}
    return NotTaken(draft.number, draft.cells, reason, is_taken=True)


def _consent_words(named: Sequence[Named], plan: ImportPlan) -> list[ConsentWord]:
    consent = plan.choices.consent
    if consent.basis == ConsentBasis.DECLARATION:
        return [ConsentWord(contact.id, contact.is_new, True, consent.evidence) for _draft, contact in named]
    place = plan.choices.place_of(Target.CONSENT)
    if consent.basis == ConsentBasis.NOBODY or place is None:
        return []
    return [
        ConsentWord(
            contact.id,
            contact.is_new,
            draft.consent,
            f"{plan.source}:{draft.number} {plan.consent_header} = {_storable(draft.cells[place])}",
        )
        for draft, contact in named
        if draft.consent is not None
    ]


def _write(changes: Changes, *, import_id: int, now: datetime) -> None:
    copy_rows(
        Contact,
        (*COLUMNS, "is_trackable", "contact_import_id", "created_at", "updated_at"),
        ((*(contact.columns[name] for name in COLUMNS), True, import_id, now, now) for contact in changes.created),
    )
    if changes.altered:
        rows = [contact.columns for contact in sorted(changes.altered, key=lambda contact: contact.id)]
        with connection.cursor() as cursor:
            cursor.execute(_ALTER, [json.dumps(rows, default=date.isoformat)])
    # In this order: a contact never has two main addresses of a kind.
    if changes.demoted:
        Address.objects.filter(pk__in=among(changes.demoted)).update(is_primary=False)
    if changes.promoted:
        Address.objects.filter(pk__in=among(changes.promoted)).update(is_primary=True)
    copy_rows(
        Address,
        ("contact_id", "kind", "value", "value_hash", "is_primary", "is_live", "created_at"),
        (
            (new.contact_id, new.kind, new.value, address_hash(new.kind, new.value), new.is_primary, True, now)
            for new in changes.added
        ),
    )


def _touch(contacts: set[int], now: datetime) -> None:
    if contacts:
        Contact.objects.filter(pk__in=among(contacts)).update(updated_at=now)


def _remember(named: Sequence[Named], plan: ImportPlan) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO campaigns_importedcontact (contact_import_id, contact_id, row_number)"
            " SELECT %s, contact_id, row_number FROM unnest(%s::bigint[], %s::int[]) AS n(contact_id, row_number)",
            [plan.import_id, [contact.id for _draft, contact in named], [draft.number for draft, _contact in named]],
        )


def _storable(cell: str) -> str:
    """PostgreSQL's text cannot hold NUL."""
    return cell.replace("\x00", "")
