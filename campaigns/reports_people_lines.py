"""A page of the people behind a figure: who they are, and how far they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery
from django.db.models.lookups import IsNull
from django.utils.translation import gettext

from campaigns.audience.searching import fitting, handful
from campaigns.models import Contact, Enrolment, Fate, HoldReason, Message, Outcome, SkipReason
from campaigns.models.messages import MessageStatus
from campaigns.pagination import PAGE_SIZE, Row
from campaigns.reports_people import Question, enrolments_among, messages_among, wanted_by
from campaigns.reports_people_numbers import number_behind
from campaigns.sought import UNKNOWN, Sought, SoughtPage, page_of_sought

# The orders in which an index gives a campaign's messages, its enrolments, and those of them with one outcome.
_BY_STEP = ("enrolment_id", "step_id")
_BY_CONTACT = ("contact_id", "entry_key")
_BY_ID = ("id",)
# How many rows a page looks through: PostgreSQL reads a million or so in a second. Whoever is looked at together with
# their messages takes several times as long.
STRETCH = 20_000
SHORT_STRETCH = 4_000
_WITH_MESSAGES = frozenset({"between", "engaged_between"})


@dataclass(frozen=True, kw_only=True)
class Line:
    """A person in a list. `channel` is '' where the list is not about messages, `name` where nobody knows it."""

    enrolment_id: int
    name: str
    is_deleted: bool
    channel: str
    state: str
    at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Lines:
    """A page of such a list, as sought.SoughtPage, with lines for its rows; `number` are in all of the list.

    `found` of them fit a text, or more if `is_more`; None where none was given.
    """

    number: int
    found: int | None
    is_more: bool
    lines: tuple[Line, ...]
    next_cursor: str
    previous_cursor: str
    is_backwards: bool
    goes_on_at: str


def lines_behind(question: Question, *, text: str = "", cursor: str = "", size: int = PAGE_SIZE) -> Lines:
    """A page of the people that the figure counts, those only who fit `text` (audience/searching.py).

    Raises UnknownFigure.
    """
    number, at = number_behind(question), question.meaning.at
    if question.is_about_messages:
        messages = page_of_sought(_searched(_messages(question, number), question, text), cursor=cursor, size=size)
        return _lines(messages, [_line_of_message(row, at) for row in messages.rows], number, is_searched=bool(text))
    people = page_of_sought(_searched(_enrolments(question, number), question, text), cursor=cursor, size=size)
    return _lines(people, [_line_of_enrolment(row, at) for row in people.rows], number, is_searched=bool(text))


def _searched(sought: Sought[Row], question: Question, text: str) -> Sought[Row]:
    """`sought`, those only who fit `text`: a handful are looked up, of more each one is asked."""
    if not text or sought.number <= 0:
        return sought
    is_about_messages, few = question.is_about_messages, handful(text)
    if few is None:
        contact = OuterRef("enrolment__contact" if is_about_messages else "contact")
        fits = IsNull(Subquery(Contact.objects.filter(fitting(text), pk=contact).values("pk")[:1]), False)
        return replace(sought, wanted=sought.wanted & Q(fits), number=UNKNOWN, stretch=SHORT_STRETCH)
    enrolments = Enrolment.objects.filter(campaign_id=question.campaign_id, contact_id__any=few)
    ids = list(enrolments.values_list("pk", flat=True))
    among = {"enrolment_id__any" if is_about_messages else "pk__any": ids}
    return replace(sought, among=sought.among.filter(**among), number=UNKNOWN)


def _messages(question: Question, number: int) -> Sought[Message]:
    return Sought(
        among=messages_among(question).select_related("enrolment__contact"),
        wanted=wanted_by(question),
        number=number,
        order_by=_BY_STEP,
        stretch=STRETCH if question.language is None else SHORT_STRETCH,
    )


def _enrolments(question: Question, number: int) -> Sought[Enrolment]:
    return Sought(
        among=enrolments_among(question).select_related("contact"),
        wanted=wanted_by(question),
        number=number,
        order_by=_BY_ID if question.meaning.among else _BY_CONTACT,
        stretch=SHORT_STRETCH if question.figure in _WITH_MESSAGES else STRETCH,
    )


def _lines(
    page: SoughtPage[Message] | SoughtPage[Enrolment], lines: Sequence[Line], number: int, *, is_searched: bool
) -> Lines:
    return Lines(
        number=number,
        found=page.passed if is_searched else None,
        is_more=bool(page.next_cursor),
        lines=tuple(lines),
        next_cursor=page.next_cursor,
        previous_cursor=page.previous_cursor,
        is_backwards=page.is_backwards,
        goes_on_at=page.goes_on_at,
    )


def _line_of_message(message: Message, at: str) -> Line:
    """The line of a message's person; `at` is the column that tells when."""
    contact = message.enrolment.contact
    return Line(
        enrolment_id=message.enrolment_id,
        name=contact.full_name,
        is_deleted=contact.deleted_at is not None,
        channel=message.channel,
        state=state_of(message),
        at=getattr(message, at),
    )


def _line_of_enrolment(enrolment: Enrolment, at: str) -> Line:
    """The line of an enrolled person; `at` is the column that tells when."""
    return Line(
        enrolment_id=enrolment.pk,
        name=enrolment.contact.full_name,
        is_deleted=enrolment.contact.deleted_at is not None,
        channel="",
        state=str(Outcome(enrolment.outcome).label) if enrolment.outcome else gettext("Still in the chain"),
        at=getattr(enrolment, at),
    )


def state_of(message: Message) -> str:
    """How far the step has come for its person, in words."""
    # A label of one value: get_fate_display() would translate those of all values, for every message.
    if message.fate == Fate.SKIPPED:
        return f"{Fate.SKIPPED.label}: {SkipReason(message.skip_reason).label}"
    if message.hold_reason:
        return gettext("Held: %(reason)s") % {"reason": HoldReason(message.hold_reason).label}
    return str(Fate(message.fate).label if message.fate else MessageStatus(message.status).label)
