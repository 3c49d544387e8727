"""Consents that a contact file grants or withdraws: what the person withdrew is never granted again by a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.audience.id_lists import among
from campaigns.audience.import_choices import ConsentBasis, ConsentChoice
from campaigns.models import Consent
from campaigns.models.consent import ConsentSource, ConsentStatus

# Who said anything already, for or against, is left alone.
_GRANTS = "ON CONFLICT (contact_id, channel, purpose) DO NOTHING"
_WITHDRAWS = """ON CONFLICT (contact_id, channel, purpose) DO UPDATE
    SET status = excluded.status, changed_at = excluded.changed_at WHERE known.status = 'granted'"""
# One statement for all channels of all people. The history gets what really changed, and nothing else.
_RECORD = """
    WITH said AS (
        SELECT contact_id, evidence FROM unnest(%(contacts)s::bigint[], %(evidence)s::text[]) AS s(contact_id, evidence)
    ), changed AS (
        INSERT INTO campaigns_consent AS known (contact_id, channel, purpose, status, changed_at)
        SELECT contact_id, channel, %(purpose)s, %(status)s, %(now)s
        FROM said CROSS JOIN unnest(%(channels)s::text[]) AS c(channel)
        ORDER BY contact_id, channel
        {on_conflict}
        RETURNING contact_id, channel
    ), noted AS (
        INSERT INTO campaigns_consentchange
            (contact_id, channel, purpose, status, source, evidence, changed_at, contact_import_id)
        SELECT contact_id, channel, %(purpose)s, %(status)s, %(source)s, evidence, %(now)s, %(import_id)s
        FROM changed JOIN said USING (contact_id)
        RETURNING contact_id
    )
    SELECT DISTINCT contact_id FROM noted
"""


@dataclass(frozen=True, slots=True)
class ConsentWord:
    """What a row says about one person's consent, and the words it says it in."""

    contact_id: int
    is_new_contact: bool
    is_yes: bool
    evidence: str


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """Contacts, by id, whose consent changed, and how many had withdrawn what the file grants."""

    changed: frozenset[int]
    kept_withdrawn: int


def record_consents(
    words: Sequence[ConsentWord], *, choice: ConsentChoice, import_id: int, now: datetime
) -> ConsentOutcome:
    """Grant and withdraw as `words` say, for the channels and purpose of `choice`, with a history of real changes."""
    changed: set[int] = set()
    for is_yes, status, on_conflict in (
        (True, ConsentStatus.GRANTED, _GRANTS),
        (False, ConsentStatus.WITHDRAWN, _WITHDRAWS),
    ):
        said = [word for word in words if word.is_yes == is_yes]
        if said:
            common = {"status": status.value, "import_id": import_id, "now": now, **_of_choice(choice)}
            changed |= _record(said, on_conflict, common)
    return ConsentOutcome(changed=frozenset(changed), kept_withdrawn=_kept_withdrawn(words, choice))


def _of_choice(choice: ConsentChoice) -> dict[str, Any]:
    is_declared = choice.basis == ConsentBasis.DECLARATION
    return {
        "channels": [channel.value for channel in choice.channels],
        "purpose": choice.purpose.value,
        "source": (ConsentSource.DECLARATION if is_declared else ConsentSource.IMPORT).value,
    }


def _record(said: Sequence[ConsentWord], on_conflict: str, common: dict[str, Any]) -> set[int]:
    contacts, evidence = [word.contact_id for word in said], [word.evidence for word in said]
    with connection.cursor() as cursor:
        cursor.execute(_RECORD.format(on_conflict=on_conflict), {**common, "contacts": contacts, "evidence": evidence})
        return {row[0] for row in cursor.fetchall()}


def _kept_withdrawn(words: Sequence[ConsentWord], choice: ConsentChoice) -> int:
    asked = [word.contact_id for word in words if word.is_yes and not word.is_new_contact]
    if not asked:
        return 0
    withdrawn = Consent.objects.filter(
        contact_id__in=among(asked),
        channel__in=choice.channels,
        purpose=choice.purpose,
        status=ConsentStatus.WITHDRAWN,
    )
    return withdrawn.values("contact_id").distinct().count()
