"""The document about one campaign: the figures and pictures of its page."""

from collections.abc import Iterator, Sequence

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext

from campaigns import charting, wording
from campaigns.documents import Chart, ChartForm, Column, Document, Headline, Kind, Line, Section
from campaigns.exporting import Cell
from campaigns.models import Campaign, Installation
from campaigns.reports import CampaignReport, RouteReport, StepReport, campaign_report
from campaigns.reports_figures import share
from campaigns.reports_flow import flow_picture
from campaigns.reports_gains import gains_of
from campaigns.reports_saving import saving_of
from campaigns.reports_series import Unit, series_of
from campaigns.reports_tables import campaign_table, route_name

_ACTED, _OTHERS = "green", "secondary"
# What became of the people of a step, each once.
_FATES = (("skipped", "orange"), ("engaged", _ACTED), ("advanced", "azure"), ("ended", "red"))
_STAGES = (
    ("entered", _OTHERS),
    ("accepted", "azure"),
    ("delivered", "blue"),
    ("opened", "indigo"),
    ("clicked", "purple"),
    ("credit", _ACTED),
)


def campaign_document(campaign: Campaign, *, made_by: str = "") -> Document:
    """The report of `campaign` as it stands now, for whoever is called `made_by`."""
    report = campaign_report(campaign.pk)
    sections = (
        _whole(campaign, report),
        _flow(report),
        _fates(report),
        _stages(report),
        _gains(report),
        _time(campaign),
    )
    return Document(
        title=campaign.name,
        subtitle=_when(campaign),
        organisation=Installation.current().name,
        currency=report.currency,
        made_at=timezone.now(),
        headlines=tuple(_headlines(report)),
        sections=sections,
        made_by=made_by,
    )


def _when(campaign: Campaign) -> str:
    if campaign.launched_at is None:
        return str(campaign.get_status_display())
    words = {
        "status": campaign.get_status_display(),
        "day": date_format(localtime(campaign.launched_at), "DATE_FORMAT"),
    }
    return gettext("%(status)s, launched on %(day)s") % words


def _headlines(report: CampaignReport) -> Iterator[Headline]:
    audience = report.audience
    part = gettext("%(share)s of the people")
    yield Headline(label=gettext("People"), kind=Kind.NUMBER, value=audience.people, is_compared=False)
    for label, people in ((gettext("Acted"), audience.engaged), (gettext("Still in the chain"), audience.open)):
        note = part % {"share": wording.percent(people, audience.people)}
        yield Headline(label=label, kind=Kind.NUMBER, value=people, note=note, is_compared=False)
    yield Headline(label=pgettext("figure", "Sent"), kind=Kind.NUMBER, value=report.sent, is_compared=False)
    yield Headline(label=gettext("Spent"), kind=Kind.MONEY, value=report.cost, is_compared=False)
    yield Headline(
        label=gettext("For each who acted"), kind=Kind.MONEY, value=report.cost_per_engaged, is_compared=False
    )
    if saving := saving_of(report):
        note = gettext("against %(channel)s for all") % {"channel": saving.channel_name}
        has_saved = saving.saved >= 0
        label, value = (gettext("Saved"), saving.saved) if has_saved else (gettext("Spent more"), saving.more)
        yield Headline(label=label, kind=Kind.MONEY, value=value, note=note, is_compared=False)


def _whole(campaign: Campaign, report: CampaignReport) -> Section:
    """The campaign and its routes, as campaign_table tells them."""
    table = campaign_table(campaign, report)
    last = len(table.headings) - 1
    kinds = {0: Kind.TEXT, 1: Kind.TEXT, last: Kind.TEXT, last - 1: Kind.MONEY, last - 2: Kind.MONEY}
    # Paper has room for the outcomes, and not for what is told of messages besides.
    left_out = {0, last, *range(11, last - 2)}
    return Section(
        key="campaign",
        title=gettext("Campaign"),
        columns=[
            Column(label=heading, kind=kinds.get(place, Kind.NUMBER), is_brief=place not in left_out)
            for place, heading in enumerate(table.headings)
        ],
        rows=list(table.rows),
    )


def _flow(report: CampaignReport) -> Section:
    picture = flow_picture(report)
    names = {node.key: charting.node_title(node) for node in picture.nodes}
    return Section(
        key="flow",
        title=gettext("Where people are"),
        columns=[
            Column(label=gettext("From")),
            Column(label=gettext("To")),
            Column(label=gettext("People"), kind=Kind.NUMBER),
        ],
        rows=[[names[link.source], names[link.target], link.people] for link in picture.links],
        chart=Chart(
            form=ChartForm.FLOW,
            label=gettext("People through the steps to where they are"),
            lines=(Line(column=2, colour=_OTHERS),),
            colours={names[node.key]: charting.node_colour(node) for node in picture.nodes},
        ),
    )


def _fates(report: CampaignReport) -> Section:
    labels = [
        pgettext("figure", "Skipped"),
        pgettext("figure", "Stopped here"),
        pgettext("figure", "Went on"),
        pgettext("figure", "Ended here"),
        gettext("Waiting"),
    ]
    colours = [*(colour for _name, colour in _FATES), _OTHERS]
    return Section(
        key="steps",
        title=gettext("Step by step"),
        columns=[Column(label=gettext("Step")), *_numbers([gettext("Came"), *labels])],
        rows=[
            [
                _step_name(report, route, step),
                step.figures.came,
                *(getattr(step.figures, name) for name, _colour in _FATES),
                step.figures.waiting.total,
            ]
            for route, step in _steps(report)
        ],
        chart=Chart(
            form=ChartForm.STACKED,
            label=gettext("What became of those who came to each step"),
            lines=tuple(Line(column=place, colour=colour) for place, colour in enumerate(colours, start=2)),
        ),
    )


def _stages(report: CampaignReport) -> Section:
    labels = [
        gettext("Entered"),
        pgettext("figure", "Sent"),
        pgettext("figure", "Delivered"),
        pgettext("figure", "Opened"),
        pgettext("figure", "Clicked"),
        gettext("Acted upon it"),
    ]
    return Section(
        key="funnel",
        title=gettext("How far people went"),
        columns=[
            Column(label=gettext("Step")),
            *_numbers([*labels, pgettext("figure", "Failed"), pgettext("figure", "Unknown")]),
            Column(label=gettext("Cost"), kind=Kind.MONEY),
        ],
        rows=[
            [
                _step_name(report, route, step),
                *(getattr(step.figures, name) for name, _colour in _STAGES),
                step.figures.failed,
                step.figures.unknown,
                step.figures.cost,
            ]
            for route, step in _steps(report)
        ],
        chart=Chart(
            form=ChartForm.BARS,
            label=gettext("How far people went with the message of each step"),
            lines=tuple(Line(column=place, colour=colour) for place, (_name, colour) in enumerate(_STAGES, start=1)),
        ),
    )


def _gains(report: CampaignReport) -> Section:
    rows: list[Sequence[Cell]] = [
        [
            _step_name(report, route, gain.step),
            gain.added,
            gain.reached,
            share(gain.reached, gain.people),
            gain.cost,
            gain.spent,
            gain.each,
        ]
        for route in report.routes
        for gain in gains_of(route)
    ]
    return Section(
        key="gains",
        title=gettext("What each step added"),
        note=gettext("Everybody who acted is counted once, at the step whose message they acted upon."),
        columns=[
            Column(label=gettext("Step")),
            Column(label=gettext("People added"), kind=Kind.NUMBER),
            Column(label=gettext("Reach with it"), kind=Kind.NUMBER),
            Column(label=gettext("Of people"), kind=Kind.SHARE),
            Column(label=gettext("Cost"), kind=Kind.MONEY),
            Column(label=gettext("Spent so far"), kind=Kind.MONEY),
            Column(label=gettext("For each added"), kind=Kind.MONEY),
        ],
        rows=rows,
        chart=Chart(
            form=ChartForm.BARS, label=gettext("People added by each step"), lines=(Line(column=1, colour=_ACTED),)
        ),
    )


def _time(campaign: Campaign) -> Section:
    series = series_of(campaign.pk)
    points = series.points
    return Section(
        key="time",
        title=gettext("Over time"),
        columns=[
            Column(label=gettext("Day") if series.unit is Unit.DAY else gettext("Hour")),
            *_numbers([gettext("Entered"), pgettext("figure", "Sent"), gettext("Acted")]),
            Column(label=gettext("Cost"), kind=Kind.MONEY),
        ],
        rows=[
            [charting.moment(point, series.unit), point.entered, point.sent, point.acted, point.cost]
            for point in points
        ],
        chart=Chart(
            form=ChartForm.LINES,
            label=gettext("Messages sent and people who acted, over time"),
            lines=(Line(column=2, colour=_OTHERS, is_dashed=True), Line(column=3, colour=_ACTED)),
            most=len(points),
        ),
    )


def _numbers(labels: Sequence[str]) -> list[Column]:
    return [Column(label=label, kind=Kind.NUMBER) for label in labels]


def _steps(report: CampaignReport) -> Iterator[tuple[RouteReport, StepReport]]:
    return ((route, step) for route in report.routes for step in route.steps)


def _step_name(report: CampaignReport, route: RouteReport, step: StepReport) -> str:
    """As "1. SMS · SHOP", with its route where there are several."""
    name = f"{step.position + 1}. {step.title}"
    return f"{route_name(route)}: {name}" if len(report.routes) > 1 else name
