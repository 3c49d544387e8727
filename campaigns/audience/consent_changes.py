"""Consents that a contact file grants or withdraws: what the person withdrew is never granted again by a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from campaigns.audience.copying import copy_rows
from campaigns.audience.import_choices import ConsentBasis, ConsentChoice
from campaigns.models import Consent, ConsentChange
from campaigns.models.consent import ConsentSource, ConsentStatus

# A person who said anything already, for or against, is left alone.
_GRANT = """
    INSERT INTO campaigns_consent (contact_id, channel, purpose, status, changed_at)
    SELECT contact_id, channel, %(purpose)s, 'granted', %(now)s
    FROM unnest(%(contacts)s::bigint[]) AS c(contact_id) CROSS JOIN unnest(%(channels)s::text[]) AS w(channel)
    ORDER BY contact_id, channel
    ON CONFLICT (contact_id, channel, purpose) DO NOTHING
    RETURNING contact_id, channel
"""
_WITHDRAW = """
    INSERT INTO campaigns_consent AS known (contact_id, channel, purpose, status, changed_at)
    SELECT contact_id, channel, %(purpose)s, 'withdrawn', %(now)s
    FROM unnest(%(contacts)s::bigint[]) AS c(contact_id) CROSS JOIN unnest(%(channels)s::text[]) AS w(channel)
    ORDER BY contact_id, channel
    ON CONFLICT (contact_id, channel, purpose) DO UPDATE
    SET status = 'withdrawn', changed_at = excluded.changed_at WHERE known.status = 'granted'
    RETURNING contact_id, channel
"""
_CHANGED = ("contact_id", "channel", "purpose", "status")


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """What a row says about one person's consent, and the words it says it in."""

    contact_id: int
    is_new_contact: bool
    is_yes: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """Existing contacts, by id, whose consent changed, and how many had withdrawn what the file grants."""

    changed: frozenset[int]
    kept_withdrawn: int


def record_consents(
    words: Sequence[ConsentWord], *, choice: ConsentChoice, import_id: int, now: datetime
) -> ConsentOutcome:
    """Grant and withdraw as `words` say, for the channels and purpose of `choice`, with a history of real changes."""
    if not words or not choice.channels:
        return ConsentOutcome(frozenset(), 0)
    rows = [*_of_new_contacts(words, choice, now), *_of_known_contacts(words, choice, now)]
    evidence = {word.contact_id: word.evidence for word in words}
    is_declared = choice.basis == ConsentBasis.DECLARATION
    source = ConsentSource.DECLARATION if is_declared else ConsentSource.IMPORT
    copy_rows(
        ConsentChange,
        (*_CHANGED, "source", "evidence", "changed_at", "contact_import_id"),
        ((*row, source.value, evidence[row[0]], now, import_id) for row in rows),
    )
    known = {word.contact_id for word in words if not word.is_new_contact}
    return ConsentOutcome(
        changed=frozenset(row[0] for row in rows if row[0] in known),
        kept_withdrawn=_kept_withdrawn(words, choice),
    )


Row = tuple[int, str, str, str]


def _of_new_contacts(words: Sequence[ConsentWord], choice: ConsentChoice, now: datetime) -> list[Row]:
    rows = [
        (word.contact_id, channel.value, choice.purpose.value, _status(word.is_yes).value)
        for word in words
        if word.is_new_contact
        for channel in choice.channels
    ]
    copy_rows(Consent, (*_CHANGED, "changed_at"), ((*row, now) for row in rows))
    return rows


def _of_known_contacts(words: Sequence[ConsentWord], choice: ConsentChoice, now: datetime) -> list[Row]:
    rows: list[Row] = []
    for is_yes, statement in ((True, _GRANT), (False, _WITHDRAW)):
        contacts = [word.contact_id for word in words if word.is_yes == is_yes and not word.is_new_contact]
        if contacts:
            status = _status(is_yes).value
            rows += [(*found, choice.purpose.value, status) for found in _changed(statement, contacts, choice, now)]
    return rows


def _changed(statement: str, contacts: Sequence[int], choice: ConsentChoice, now: datetime) -> list[tuple[int, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "contacts": list(contacts),
                "channels": [channel.value for channel in choice.channels],
                "purpose": choice.purpose.value,
                "now": now,
            },
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def _kept_withdrawn(words: Sequence[ConsentWord], choice: ConsentChoice) -> int:
    asked = [word.contact_id for word in words if word.is_yes and not word.is_new_contact]
    if not asked:
        return 0
    withdrawn = Consent.objects.filter(
        contact_id__in=asked,
        channel__in=choice.channels,
        purpose=choice.purpose,
        status=ConsentStatus.WITHDRAWN,
    )
    return withdrawn.values("contact_id").distinct().count()


def _status(is_yes: bool) -> ConsentStatus:
    return ConsentStatus.GRANTED if is_yes else ConsentStatus.WITHDRAWN
