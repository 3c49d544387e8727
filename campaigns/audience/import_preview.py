"""The first rows of a contact file exactly as an import would store them, and what it would not take."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from campaigns.audience.contact_resource import ContactResource
from campaigns.audience.drafts import ContactDraft, RowRejected
from campaigns.audience.file_reading.formats import FileRow
from campaigns.audience.import_choices import ConsentBasis, ConsentChoice, ImportChoices
from campaigns.audience.targets import FULL_NAMES, Target

SHOWN_ROWS = 8
SHOWN_PROBLEMS = 5


@dataclass(frozen=True, kw_only=True)
class PreviewRow:
    """A row as it would be stored: a text for each heading, or why it would not be taken (`problem`).

    `left_out` says which values of a row that is taken could not be used.
    """

    number: int
    cells: tuple[str, ...] = ()
    problem: str = ""
    left_out: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The first rows, and of the `checked` first ones those that would not be taken as they stand."""

    headings: tuple[str | Promise, ...]
    rows: tuple[PreviewRow, ...]
    checked: int
    problem_count: int
    problems: tuple[PreviewRow, ...]


def preview(rows: Sequence[FileRow], choices: ImportChoices) -> Preview:
    """How `rows`, the first of a file, would be stored by `choices`."""
    resource = ContactResource(choices)
    columns = _columns(choices)
    seen = [_row(row, resource, columns, choices.consent) for row in rows]
    problems = [row for row in seen if row.problem or row.left_out]
    return Preview(
        headings=tuple(_heading(name) for name in columns),
        rows=tuple(seen[:SHOWN_ROWS]),
        checked=len(seen),
        problem_count=len(problems),
        problems=tuple(row for row in problems if row not in seen[:SHOWN_ROWS])[:SHOWN_PROBLEMS],
    )


def _columns(choices: ImportChoices) -> tuple[str, ...]:
    """What is stored, in the order of the page: names of a draft's parts, and of attributes after a colon."""
    chosen = {column.target for column in choices.columns}
    if chosen & FULL_NAMES:
        chosen |= {Target.FIRST_NAME, Target.LAST_NAME}
    if Target.PHONE in chosen:
        chosen |= {Target.COUNTRY, Target.TIME_ZONE}
    hidden = FULL_NAMES | {Target.ATTRIBUTE, Target.IGNORE, Target.CONSENT}
    names = [target.value for target in Target if target in chosen - hidden]
    attributes = [f":{column.attribute}" for column in choices.columns if column.target == Target.ATTRIBUTE]
    return (*names, *attributes, Target.CONSENT.value)


def _heading(name: str) -> str | Promise:
    if name == Target.CONSENT:
        return _("May be messaged")
    return name.removeprefix(":") if name.startswith(":") else Target(name).label


def _row(row: FileRow, resource: ContactResource, columns: Sequence[str], consent: ConsentChoice) -> PreviewRow:
    try:
        draft = resource.read(row)
    except RowRejected as error:
        return PreviewRow(number=row.number, problem=str(error))
    cells = tuple(_cell(draft, name, consent) for name in columns)
    return PreviewRow(number=row.number, cells=cells, left_out=" ".join(draft.left_out))


def _cell(draft: ContactDraft, name: str, consent: ConsentChoice) -> str:
    if name.startswith(":"):
        return draft.attributes.get(name.removeprefix(":"), "")
    if name == Target.CONSENT:
        return _permission(draft, consent)
    value = getattr(draft, name) or draft.implied.get(name, "")
    if name == Target.BIRTH_DATE:
        return date_format(value, "DATE_FORMAT") if value else ""
    return ", ".join(value) if isinstance(value, list) else value or ""


def _permission(draft: ContactDraft, consent: ConsentChoice) -> str:
    if consent.basis == ConsentBasis.NOBODY:
        return _("no")
    is_granted = True if consent.basis == ConsentBasis.DECLARATION else draft.consent
    if is_granted is None:
        return _("as before")
    if not is_granted:
        return _("no")
    return ", ".join(str(channel.label) for channel in consent.channels) or _("choose the channels")
