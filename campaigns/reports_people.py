"""The people behind each figure: one table says which rows a figure counts.

A figure of a report and the length of its list are the same number, because both follow from the
same change of the same row. Figures about messages count messages: a person stands in the list of
a whole campaign once for each of theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from campaigns.models import Enrolment, Fate, Message, Outcome, SkipReason, Step
from campaigns.models.messages import MessageStatus

_ALL = Q()
_WAITING = Q(fate="")
_OPEN = Q(outcome="")
_ENGAGED = Q(outcome=Outcome.ENGAGED)
# On the pages, people act.
_OUTCOMES = {Outcome.ENGAGED: _("Acted")}


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A figure: what its list is called, which rows it counts, and the column that tells when.

    Enrolments stand among those that `among` says, which an index finds; whether `rows` holds, each row tells.
    """

    label: str | Promise
    rows: Q = _ALL
    at: str
    among: Q = _ALL


class UnknownFigure(LookupError):
    """There is no such figure, or not of this."""


@dataclass(frozen=True, kw_only=True)
class Question:
    """Whose list is wanted: a figure by its name, of a campaign, of one route of it, or of one step.

    With `language` only those who were enrolled with it; '' is an unknown one, None every one.
    """

    campaign_id: int
    figure: str
    step_key: str = ""
    route_id: int | None = None
    language: str | None = None

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


def _is_at_no_step(*, fate: str) -> Q:
    # Not EXISTS: for that PostgreSQL may gather the messages of all campaigns, to look up some people among them.
    message = Message.objects.filter(enrolment=OuterRef("pk"), fate=fate).values("pk")[:1]
    return Q(IsNull(Subquery(message), True))


OF_MESSAGES: Mapping[str, Figure] = {
    "came": Figure(label=_("Came to the step"), at="created_at"),
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
    "audience": Figure(label=_("Everybody"), at="created_at"),
    "open": Figure(label=_("Still in the chain"), among=_OPEN, at="created_at"),
    "between": Figure(label=_("Before their next step"), rows=_is_at_no_step(fate=""), among=_OPEN, at="created_at"),
    **{
        f"outcome_{outcome.value}": Figure(
            label=_OUTCOMES.get(outcome, outcome.label), among=Q(outcome=outcome), at="ended_at"
        )
        for outcome in Outcome
    },
    "engaged_after_end": Figure(
        label=_("Acted after the end"), rows=Q(engaged_late_at__isnull=False), at="engaged_late_at"
    ),
    "engaged_between": Figure(
        label=_("Acted before their next step"),
        rows=_is_at_no_step(fate=Fate.ENGAGED),
        among=_ENGAGED,
        at="ended_at",
    ),
    "late": Figure(label=_("Contacted twice"), rows=Q(is_late=True), among=_ENGAGED, at="ended_at"),
    "credit_before_any": Figure(
        label=_("Acted before any message"), rows=Q(credit_step_key=""), among=_ENGAGED, at="ended_at"
    ),
}

OF_CREDIT: Mapping[str, Figure] = {
    "credit": Figure(label=_("Acted upon this message"), among=_ENGAGED, at="ended_at"),
    "late": Figure(
        label=_("Acted upon this message when a later step had begun"),
        rows=Q(is_late=True),
        among=_ENGAGED,
        at="ended_at",
    ),
}


def messages_behind(question: Question) -> QuerySet[Message]:
    """The messages that the figure counts. Raises UnknownFigure."""
    return messages_among(question).filter(wanted_by(question))


def enrolments_behind(question: Question) -> QuerySet[Enrolment]:
    """The enrolments that the figure counts. Raises UnknownFigure."""
    return enrolments_among(question).filter(wanted_by(question))


def messages_among(question: Question) -> QuerySet[Message]:
    """The messages of the campaign, among which those stand that the figure counts."""
    return Message.objects.filter(campaign_id=question.campaign_id)


def enrolments_among(question: Question) -> QuerySet[Enrolment]:
    """The enrolments of the campaign among which those stand that the figure counts. Raises UnknownFigure."""
    return Enrolment.objects.filter(question.meaning.among, campaign_id=question.campaign_id)


def wanted_by(question: Question) -> Q:
    """What tells the rows that the figure counts from the others among which they stand. Raises UnknownFigure."""
    wanted = question.meaning.rows & _speaking(question)
    if question.is_about_messages:
        is_everywhere = not question.step_key and not question.route_id
        return wanted if is_everywhere else wanted & Q(step__in=_steps(question))
    credited = Q(credit_step_key=question.step_key) if question.step_key else Q()
    routed = Q(route_id=question.route_id) if question.route_id else Q()
    return wanted & credited & routed


def _speaking(question: Question) -> Q:
    """Those with the language that was asked for; of messages, those to them."""
    if question.language is None:
        return Q()
    if not question.is_about_messages:
        return Q(language=question.language)
    # Each message asks for its own enrolment: with a join PostgreSQL may go through those of all campaigns.
    enrolment = Enrolment.objects.filter(pk=OuterRef("enrolment"), language=question.language).values("pk")[:1]
    return Q(IsNull(Subquery(enrolment), False))


def _steps(question: Question) -> list[int]:
    steps = Step.objects.filter(route__version__campaign=question.campaign_id)
    if question.step_key:
        steps = steps.filter(key=question.step_key)
    if question.route_id:
        steps = steps.filter(route_id=question.route_id)
    return list(steps.values_list("pk", flat=True))
