"""The people behind each figure: one table says which rows a figure counts.

A figure of a report and the length of its list are the same number, because both follow from the
same change of the same row. Figures about messages count messages: a person stands in the list of
a whole campaign once for each of theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from campaigns.models import Enrolment, Fate, Message, Outcome, SkipReason, Step
from campaigns.models.messages import MessageStatus
from campaigns.pagination import PAGE_SIZE, page_of

_WAITING = Q(fate="")
_OPEN = Q(outcome="")
_ENGAGED = Q(outcome=Outcome.ENGAGED)
# On the pages, people act.
_OUTCOMES = {Outcome.ENGAGED: _("Acted")}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: what its list is called, which rows it counts, and the column that tells when."""

    label: str | Promise
    rows: Q
    at: str


class UnknownFigure(LookupError):
    """There is no such figure, or not of this."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whose list is wanted: a figure by its name, of a campaign, of one route of it, or of one step."""

    campaign_id: int
    figure: str
    step_key: str = ""
    route_id: int | None = None

    @property
    def is_about_messages(self) -> bool:
        """Does the list hold messages (with their enrolments) rather than enrolments?"""
        return self.figure in OF_MESSAGES

    @property
    def meaning(self) -> Figure:
        """What the figure is. Raises UnknownFigure."""
        tables = (OF_MESSAGES, OF_CREDIT) if self.step_key else (OF_MESSAGES, OF_ENROLMENTS)
        for table in tables:
            if self.figure in table:
                return table[self.figure]
        raise UnknownFigure(self.figure)


def _is_at_a_step(*, fate: str) -> Q:
    return Q(Exists(Message.objects.filter(enrolment=OuterRef("pk"), fate=fate)))


OF_MESSAGES: Mapping[str, Figure] = {
    "came": Figure(label=_("Came to the step"), rows=Q(), at="created_at"),
    "skipped": Figure(label=_("Skipped"), rows=Q(fate=Fate.SKIPPED), at="fate_at"),
    **{
        f"skipped_{reason.value}": Figure(
            label=format_lazy("{}: {}", _("Skipped"), reason.label),
            rows=Q(fate=Fate.SKIPPED, skip_reason=reason),
            at="fate_at",
        )
        for reason in SkipReason
    },
    "entered": Figure(label=_("Entered the step"), rows=~Q(fate=Fate.SKIPPED), at="created_at"),
    "engaged": Figure(label=_("Stopped here"), rows=Q(fate=Fate.ENGAGED), at="fate_at"),
    "advanced": Figure(label=_("Went on"), rows=Q(fate=Fate.ADVANCED), at="fate_at"),
    "ended": Figure(label=_("Ended here"), rows=Q(fate=Fate.ENDED), at="fate_at"),
    "waiting": Figure(label=_("Waiting"), rows=_WAITING, at="created_at"),
    "queued": Figure(
        label=_("Waiting to be sent"),
        rows=_WAITING & Q(status=MessageStatus.QUEUED, hold_reason=""),
        at="queued_at",
    ),
    "held": Figure(
        label=_("Held"), rows=_WAITING & Q(status=MessageStatus.QUEUED) & ~Q(hold_reason=""), at="queued_at"
    ),
    "claimed": Figure(label=_("About to be sent"), rows=_WAITING & Q(status=MessageStatus.CLAIMED), at="queued_at"),
    "sending": Figure(label=_("Being sent"), rows=_WAITING & Q(status=MessageStatus.SENDING), at="sending_at"),
    "waiting_accepted": Figure(
        label=_("Sent, waiting for them to act"), rows=_WAITING & Q(status=MessageStatus.ACCEPTED), at="accepted_at"
    ),
    "waiting_unknown": Figure(
        label=_("Unknown, waiting for them to act"), rows=_WAITING & Q(status=MessageStatus.UNKNOWN), at="sending_at"
    ),
    "accepted": Figure(label=_("Sent"), rows=Q(accepted_at__isnull=False), at="accepted_at"),
    "failed": Figure(label=_("Failed"), rows=Q(failed_at__isnull=False), at="failed_at"),
    "unknown": Figure(label=_("Unknown"), rows=Q(status=MessageStatus.UNKNOWN), at="sending_at"),
    "cost": Figure(label=_("Cost something"), rows=Q(cost__gt=0), at="sending_at"),
    **{
        name: Figure(label=label, rows=Q(**{f"{name}_at__isnull": False}), at=f"{name}_at")
        for name, label in {
            "delivered": _("Delivered"),
            "opened": _("Opened"),
            "clicked": _("Clicked"),
            "replied": _("Replied"),
            "answered": _("Answered the call"),
            "goal": _("Reached the goal"),
            "opted_out": _("Opted out"),
            "machine_opened": _("Opened by a machine"),
            "machine_clicked": _("Clicked by a machine"),
        }.items()
    },
}

OF_ENROLMENTS: Mapping[str, Figure] = {
    "audience": Figure(label=_("Everybody"), rows=Q(), at="created_at"),
    "open": Figure(label=_("Still in the chain"), rows=_OPEN, at="created_at"),
    "between": Figure(label=_("Before their next step"), rows=_OPEN & ~_is_at_a_step(fate=""), at="created_at"),
    **{
        f"outcome_{outcome.value}": Figure(
            label=_OUTCOMES.get(outcome, outcome.label), rows=Q(outcome=outcome), at="ended_at"
        )
        for outcome in Outcome
    },
    "engaged_after_end": Figure(
        label=_("Acted after the end"), rows=Q(engaged_late_at__isnull=False), at="engaged_late_at"
    ),
    "engaged_between": Figure(
        label=_("Acted before their next step"), rows=_ENGAGED & ~_is_at_a_step(fate=Fate.ENGAGED), at="ended_at"
    ),
    "credit_before_any": Figure(
        label=_("Acted before any message"), rows=_ENGAGED & Q(credit_step_key=""), at="ended_at"
    ),
}

OF_CREDIT: Mapping[str, Figure] = {
    "credit": Figure(label=_("Acted upon this message"), rows=_ENGAGED, at="ended_at"),
    "late": Figure(
        label=_("Acted upon this message when a later step had begun"), rows=_ENGAGED & Q(is_late=True), at="ended_at"
    ),
}


def messages_behind(question: Question) -> QuerySet[Message]:
    """The messages that the figure counts. Raises UnknownFigure."""
    rows = Message.objects.filter(question.meaning.rows, campaign_id=question.campaign_id)
    if question.step_key:
        rows = rows.filter(step__in=_steps(question))
    elif question.route_id:
        rows = rows.filter(enrolment__route_id=question.route_id)
    return rows


def enrolments_behind(question: Question) -> QuerySet[Enrolment]:
    """The enrolments that the figure counts. Raises UnknownFigure."""
    rows = Enrolment.objects.filter(question.meaning.rows, campaign_id=question.campaign_id)
    if question.step_key:
        rows = rows.filter(credit_step_key=question.step_key)
    return rows.filter(route_id=question.route_id) if question.route_id else rows


def count_behind(question: Question) -> int:
    """How many rows the figure counts, counted now. Raises UnknownFigure."""
    if question.is_about_messages:
        return messages_behind(question).count()
    return enrolments_behind(question).count()


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
    """A page of such a list, with the cursors of its neighbours, '' where there is none."""

    lines: tuple[Line, ...]
    next_cursor: str
    previous_cursor: str


def lines_behind(question: Question, *, cursor: str = "", size: int = PAGE_SIZE) -> Lines:
    """A page of the people that the figure counts. Raises UnknownFigure."""
    if question.is_about_messages:
        page = page_of(with_people(messages_behind(question)), order_by=("id",), cursor=cursor, size=size)
        lines = tuple(line_of_message(message, question.meaning.at) for message in page.rows)
        return Lines(lines=lines, next_cursor=page.next_cursor, previous_cursor=page.previous_cursor)
    rows = enrolments_behind(question).select_related("contact")
    entries = page_of(rows, order_by=("id",), cursor=cursor, size=size)
    return Lines(
        lines=tuple(line_of_enrolment(enrolment, question.meaning.at) for enrolment in entries.rows),
        next_cursor=entries.next_cursor,
        previous_cursor=entries.previous_cursor,
    )


def with_people(messages: QuerySet[Message]) -> QuerySet[Message]:
    """`messages` with what a line shows of them."""
    return messages.select_related("enrolment__contact", "step")


def line_of_message(message: Message, at: str) -> Line:
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


def line_of_enrolment(enrolment: Enrolment, at: str) -> Line:
    """The line of an enrolled person; `at` is the column that tells when."""
    return Line(
        enrolment_id=enrolment.pk,
        name=enrolment.contact.full_name,
        is_deleted=enrolment.contact.deleted_at is not None,
        channel="",
        state=enrolment.get_outcome_display() or gettext("Still in the chain"),
        at=getattr(enrolment, at),
    )


def state_of(message: Message) -> str:
    """How far the step has come for its person, in words."""
    if message.fate == Fate.SKIPPED:
        return f"{message.get_fate_display()}: {message.get_skip_reason_display()}"
    if message.hold_reason:
        return gettext("Held: %(reason)s") % {"reason": message.get_hold_reason_display()}
    return message.get_fate_display() or message.get_status_display()


def _steps(question: Question) -> list[int]:
    steps = Step.objects.filter(route__version__campaign=question.campaign_id, key=question.step_key)
    if question.route_id:
        steps = steps.filter(route_id=question.route_id)
    return list(steps.values_list("pk", flat=True))
