"""The people of a campaign, or those behind one of its figures, as a table for export."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext

from campaigns.engine.reasons import Reason
from campaigns.exporting import Cell, Table
from campaigns.models import Campaign, Contact, Enrolment, Message
from campaigns.reports import CampaignReport
from campaigns.reports_people import Question, enrolments_behind, messages_behind
from campaigns.reports_people_lines import state_of
from campaigns.reports_tables import route_name

Row = TypeVar("Row", bound=Model)
# Rows read at once: enough for speed, few enough for the memory of the web process.
_ROWS_AT_ONCE = 2000


def people_table(campaign: Campaign, report: CampaignReport, question: Question) -> Table:
    """The people whom `question` is about: a row for each, or for each message if it asks about messages.

    Rows are read in pieces while they are written out. Raises UnknownFigure.
    """
    title = f"{campaign.name} {question.meaning.label}"
    if question.is_about_messages:
        messages = messages_behind(question).select_related("enrolment__contact", "step", "sender")
        rows = (_message_row(message, question.meaning.at) for piece in _pieces(messages) for message in piece)
        return Table(title=title, headings=[*_person_headings(), *_message_headings()], rows=rows)
    steps = {step.key: step.title for step in report.steps}
    headings = [*_person_headings(), *_enrolment_headings(), *steps.values()]
    return Table(title=title, headings=headings, rows=_enrolment_rows(enrolments_behind(question), report, steps))


def _pieces(rows: QuerySet[Row]) -> Iterator[Sequence[Row]]:
    """`rows` by their ids, some at a time, so that millions need no more memory than some."""
    last = 0
    while piece := list(rows.filter(pk__gt=last).order_by("pk")[:_ROWS_AT_ONCE]):
        yield piece
        last = piece[-1].pk


def _enrolment_rows(
    enrolments: QuerySet[Enrolment], report: CampaignReport, steps: Mapping[str, str]
) -> Iterator[Sequence[Cell]]:
    routes = {route.route_id: route_name(route) for route in report.routes}
    for piece in _pieces(enrolments.select_related("contact")):
        states = _states(piece)
        for enrolment in piece:
            yield [
                *_person(enrolment.contact),
                *_passage(enrolment, routes.get(enrolment.route_id, ""), steps),
                *(states[enrolment.pk].get(key, "") for key in steps),
            ]


def _states(enrolments: Sequence[Enrolment]) -> defaultdict[int, dict[str, str]]:
    """How far each step has come, by enrolment and step key."""
    states: defaultdict[int, dict[str, str]] = defaultdict(dict)
    for message in Message.objects.filter(enrolment__in=enrolments).select_related("step"):
        states[message.enrolment_id][message.step.key] = state_of(message)
    return states


def _passage(enrolment: Enrolment, route: str, steps: Mapping[str, str]) -> Sequence[Cell]:
    return [
        enrolment.entry_key,
        enrolment.created_at,
        route,
        enrolment.get_outcome_display() or gettext("Still in the chain"),
        enrolment.ended_at,
        Reason(enrolment.ended_by).label if enrolment.ended_by in Reason.values else enrolment.ended_by,
        steps.get(enrolment.credit_step_key, ""),
        gettext("yes") if enrolment.is_late else "",
        enrolment.engaged_late_at,
    ]


def _message_row(message: Message, at: str) -> Sequence[Cell]:
    return [
        *_person(message.enrolment.contact),
        message.enrolment.entry_key,
        message.step.position + 1,
        message.get_channel_display(),
        message.sender.name if message.sender else "",
        state_of(message),
        getattr(message, at),
        message.cost,
    ]


def _person(contact: Contact) -> Sequence[Cell]:
    return [contact.external_id, contact.first_name, contact.last_name]


def _person_headings() -> Sequence[str]:
    return [gettext("id in your system"), gettext("First name"), gettext("Last name"), gettext("Entry")]


def _enrolment_headings() -> Sequence[str]:
    zone = {"zone": get_current_timezone_name()}
    return [
        gettext("Entered (%(zone)s)") % zone,
        gettext("Route"),
        gettext("Outcome"),
        gettext("Ended (%(zone)s)") % zone,
        gettext("Because"),
        gettext("Acted upon"),
        gettext("Late"),
        gettext("Acted after the end (%(zone)s)") % zone,
    ]


def _message_headings() -> Sequence[str]:
    return [
        gettext("Step"),
        gettext("Channel"),
        gettext("Sender"),
        gettext("State"),
        gettext("When (%(zone)s)") % {"zone": get_current_timezone_name()},
        gettext("Cost"),
    ]
