"""Carry a file through an import as the pages would, with what they propose unless told otherwise."""

from io import BytesIO
from typing import Any

from campaigns.audience import importing, uploads
from campaigns.audience.guessing import guess
from campaigns.audience.import_choices import ColumnChoice, ConsentBasis, ConsentChoice, ImportChoices
from campaigns.audience.targets import Target
from campaigns.models import ContactImport, User
from channels.kinds import Channel
from tests.factories import make_user

NOBODY = ConsentChoice(basis=ConsentBasis.NOBODY)
SMS_AND_VIBER = ConsentChoice(basis=ConsentBasis.COLUMN, channels=(Channel.SMS, Channel.VIBER))


def declared(evidence: str = "a form on paper", *channels: Channel) -> ConsentChoice:
    """A declaration for `channels`, SMS if none is given."""
    return ConsentChoice(basis=ConsentBasis.DECLARATION, channels=channels or (Channel.SMS,), evidence=evidence)


def uploaded(content: bytes | str, *, name: str = "people.csv", by: User | None = None) -> ContactImport:
    """An upload that waits for its mapping. Text is encoded as UTF-8."""
    data = content if isinstance(content, bytes) else content.encode()
    return uploads.upload(file=BytesIO(data), name=name, by=by or make_user())


def proposed_choices(
    contact_import: ContactImport, *, country: str = "UA", consent: ConsentChoice | None = None, **targets: Target
) -> ImportChoices:
    """What the page proposes, but with `targets` by header. Consent is by column for SMS and Viber, or nobody's."""
    sample = uploads.sample_of(contact_import)
    found = guess(sample.headers, sample.rows)
    columns = [
        ColumnChoice(target=targets[header]) if header in targets else column
        for header, column in zip(sample.headers, found.columns, strict=True)
    ]
    by_column = any(column.target == Target.CONSENT for column in columns)
    optional: dict[str, Any] = {"date_order": found.date_order} if found.date_order else {}
    consent = consent or (SMS_AND_VIBER if by_column else NOBODY)
    return ImportChoices(columns=tuple(columns), country=country, consent=consent, **optional)


def started(content: bytes | str, *, name: str = "people.csv", by: User | None = None, **choices: Any) -> ContactImport:
    """An import in the queue. `choices` are those of `proposed_choices`."""
    contact_import = uploaded(content, name=name, by=by)
    by = contact_import.created_by
    assert by is not None
    uploads.start(contact_import, choices=proposed_choices(contact_import, **choices), by=by)
    return contact_import


def imported(
    content: bytes | str, *, name: str = "people.csv", by: User | None = None, **choices: Any
) -> ContactImport:
    """An import that a worker has been at until it ended."""
    contact_import = started(content, name=name, by=by, **choices)
    importing.run(contact_import.pk)
    contact_import.refresh_from_db()
    return contact_import


def counts(contact_import: ContactImport) -> dict[str, int]:
    """The counts that are not 0, by what they count."""
    found = {
        name: getattr(contact_import, f"{name}_count")
        for name in ("created", "updated", "unchanged", "repeated", "rejected")
    }
    assert sum(found.values()) == contact_import.rows_done
    return {name: count for name, count in found.items() if count}


def reasons(contact_import: ContactImport) -> list[str]:
    """Why rows were not taken as they stood, in their order."""
    return list(contact_import.rejected_rows.order_by("row_number").values_list("reason", flat=True))
