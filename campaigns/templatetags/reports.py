"""Figures that lead to their people. `{% load reports %}` brings them."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.template.context import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from campaigns import charting, documents, wording
from campaigns.charting_sections import section_chart
from campaigns.documents import ChartForm, Kind, Section
from campaigns.documents_period import TABLES
from campaigns.exporting import Cell
from campaigns.models import MadeReport, ReportMail
from campaigns.reports import RouteReport, StepReport
from campaigns.reports_columns import Column, notes_of
from campaigns.reports_flow import FlowPicture
from campaigns.reports_funnel import Funnel, funnel_of
from campaigns.reports_gains import Gain, gains_of
from campaigns.reports_period import Order
from campaigns.reports_series import Point, Unit
from channels import kinds

register = template.Library()

_MAIL_COLOURS = {
    ReportMail.State.WAITING: "secondary",
    ReportMail.State.SENDING: "azure",
    ReportMail.State.SENT: "green",
    ReportMail.State.FAILED: "red",
}

_MADE_COLOURS = {
    MadeReport.State.WAITING: "secondary",
    MadeReport.State.MAKING: "azure",
    MadeReport.State.READY: "green",
    MadeReport.State.FAILED: "red",
}


@register.simple_tag(takes_context=True)
def figure(
    context: Context, value: int | None, name: str, *, step: str = "", route: int | str = "", place: str = "figure"
) -> SafeString:
    """`{% figure 5197 "engaged" step=step.key route=route.route_id %}`: a number, linked to the people it counts.

    A dash where nobody tells of such a thing; without a link where there is nobody, or where this user
    may not see people. The page gives `campaign`, `may_view_people` and, where it shows the people of one language,
    `people_language` (asked_languages.py); `place` tells the same figure at two places of a page apart, because htmx
    finds the focused link again by its id.
    """
    if value is None:
        untold = gettext("not reported on this channel")
        return format_html(
            '<span class="is-untold" title="{0}">—<span class="visually-hidden"> {0}</span></span>', untold
        )
    if not value or not context.get("may_view_people"):
        return format_html("{}", wording.number(value))
    address = _address(context, name, step=step, route=route, language=context.get("people_language") or "")
    return format_html('<a id="{}-{}-{}-{}" href="{}">{}</a>', place, name, step, route, address, wording.number(value))


@register.simple_tag(takes_context=True)
def people_url(context: Context, name: str) -> str:
    """`{% people_url "unknown" %}`: where a campaign's figure lists its people; '' if this user may not see them."""
    return _address(context, name) if context.get("may_view_people") else ""


@register.filter
def value_in(step: StepReport, column: Column) -> int | None:
    """`{{ step|value_in:column }}`: the figure of `step` in `column`."""
    return column.value(step)


@register.filter
def notes(step: StepReport) -> list[Column]:
    """`{{ step|notes }}`: the columns that stand as notes below the step's name."""
    return notes_of(step)


@register.filter
def funnel(step: StepReport) -> Funnel:
    """`{{ step|funnel }}`: how far people went with the message of `step`."""
    return funnel_of(step)


@register.filter
def gains(route: RouteReport) -> list[Gain]:
    """`{{ route|gains }}`: what each step of `route` added."""
    return list(gains_of(route))


@register.filter
def channel_colour(channel: str) -> str:
    """`{{ step.channel|channel_colour }}`: the name of the colour that means the channel."""
    return kinds.facts(channel).colour


@register.filter
def streams(picture: FlowPicture) -> list[tuple[str, str, int]]:
    """`{{ picture|streams }}`: each stream of a flow as (from, to, people), with the names of the places."""
    names = {node.key: charting.node_title(node) for node in picture.nodes}
    return [(names[link.source], names[link.target], link.people) for link in picture.links]


@register.filter
def begins(point: Point, unit: Unit) -> str:
    """`{{ point|begins:series.unit }}`: the hour or the day of a point."""
    return charting.moment(point, unit)


@register.filter
def drawn(section: Section) -> dict[str, Any]:
    """`{{ section|drawn|json_script:"told" }}`: what the chart of a report's section is drawn from."""
    return section_chart(section)


@register.filter
def brief_cells(row: Sequence[Cell], section: Section) -> list[tuple[Cell, Kind]]:
    """`{% for cell, kind in row|brief_cells:section %}`: the cells of a row that have a place on the page."""
    return [(row[place], column.kind) for place, column in section.brief_columns]


@register.simple_tag
def told(cell: Cell, kind: Kind, currency: str) -> str:
    """`{% told cell kind document.currency %}`: a cell of a report as a person reads it; a dash for None."""
    return documents.told(cell, kind, currency)


@register.filter
def bars_drawn(section: Section) -> int:
    """`{{ section|bars_drawn }}`: how many rows of a report's section its chart has a bar for."""
    return 0 if section.chart and section.chart.form is ChartForm.LINES else len(section.drawn_rows)


@register.filter
def mail_colour(mail: ReportMail) -> str:
    """`{{ mail|mail_colour }}`: the colour that says what became of a report's mail."""
    return _MAIL_COLOURS[ReportMail.State(mail.state)]


@register.filter
def made_colour(report: MadeReport) -> str:
    """`{{ report|made_colour }}`: the colour that says how far a report's file is."""
    return _MADE_COLOURS[MadeReport.State(report.state)]


@register.filter
def table_name(report: MadeReport) -> str:
    """`{{ report|table_name }}`: which table of the report a CSV holds."""
    return str(TABLES[report.table])


@register.filter
def turned_to(order: Order, name: str) -> str:
    """`{{ order|turned_to:"cost" }}`: what a click on that heading sorts by, as addresses say it."""
    return str(order.turned_to(name))


def _address(context: Context, name: str, **rest: int | str) -> str:
    asked = {"figure": name, **rest}
    query = urlencode({key: value for key, value in asked.items() if value})
    return f"{reverse('campaign_people', args=[context['campaign'].pk])}?{query}"
