"""The document about all campaigns of a period."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext

from campaigns import wording
from campaigns.documents import Chart, ChartForm, Column, Document, Headline, Kind, Line, Section
from campaigns.exporting import Cell
from campaigns.models import Campaign, Installation, Outcome, Segment
from campaigns.periods import Period
from campaigns.reports import Summary
from campaigns.reports_figures import share
from campaigns.reports_groups import Group, PeriodFigures, Unit, period_figures
from campaigns.reports_period import campaigns_of, with_figures
from campaigns.reports_tables import audience_cells, audience_headings

_ACTED, _OTHERS = "green", "secondary"
_MOST_BARS = 10
# Whoever is told how far the counting is hears of it after so many campaigns.
_TOLD_EVERY = 500
# The parts of the report by their keys.
TABLES = {
    "campaigns": gettext_lazy("By campaign"),
    "time": gettext_lazy("Over time"),
    "channels": gettext_lazy("By channel"),
    "segments": gettext_lazy("By segment"),
}
# What campaigns a report has, and what of them.
RULE = gettext_lazy(
    "A campaign that is sent once counts on the day of its launch, with everything that has come of it since. One that"
    " people enter one by one, when something happens or your system asks, counts with what happened in these days, and"
    " with who was in the chain in them."
)


def period_document(period: Period, *, made_by: str = "", tell: Callable[[int, int], None] | None = None) -> Document:
    """The report of `period` with every campaign, as it stands now, for whoever is called `made_by`.

    `tell(counted, total)` is called from time to time with how many campaigns are counted.
    """
    campaigns = campaigns_of(period)
    counted = with_figures(period, campaigns)
    told = _told(counted, len(campaigns), tell) if tell else counted
    return document_of(period, period_figures(period), told, made_by=made_by)


def days_of(period: Period) -> str:
    """From which day to which, in words."""
    return gettext("%(begin)s to %(end)s") % {"begin": _day(period.begins_on), "end": _day(period.ends_on)}


def _told(
    campaigns: Iterable[tuple[Campaign, Summary]], total: int, tell: Callable[[int, int], None]
) -> Iterator[tuple[Campaign, Summary]]:
    tell(0, total)
    for number, campaign in enumerate(campaigns, start=1):
        yield campaign
        if number % _TOLD_EVERY == 0 or number == total:
            tell(number, total)


def document_of(
    period: Period,
    figures: PeriodFigures,
    campaigns: Iterable[tuple[Campaign, Summary]] | None,
    *,
    made_by: str = "",
) -> Document:
    """The report of `period` from its `figures`, with a section of `campaigns` unless the page lists them itself."""
    installation = Installation.current()
    sections = [_over_time(figures), _by_channel(figures), _by_segment(figures)]
    if campaigns is not None:
        sections.append(campaigns_section(campaigns, installation.reporting_currency, figures.now))
    return Document(
        title=gettext("Campaigns"),
        subtitle=days_of(period),
        organisation=installation.name,
        currency=installation.reporting_currency,
        made_at=timezone.now(),
        headlines=tuple(_headlines(figures)),
        sections=tuple(sections),
        made_by=made_by,
        compared=_compared(period.before),
        note=str(RULE),
    )


def _compared(before: Period) -> str:
    words = gettext("Against %(begin)s to %(end)s.")
    return words % {"begin": _day(before.begins_on), "end": _day(before.ends_on)}


def campaigns_section(
    campaigns: Iterable[tuple[Campaign, Summary]], currency: str, whole: Group | None = None
) -> Section:
    """A row for each of `campaigns`, with what became of its people; those in which most acted are drawn.

    With `whole`, that of all of them together is the total.
    """
    rows = [_campaign_row(campaign, summary, currency) for campaign, summary in campaigns]
    acted = [column.label for column in _campaign_columns()].index(str(Outcome.ENGAGED.label))
    rows.sort(key=lambda row: int(row[acted]), reverse=True)  # type: ignore[arg-type]  # a figure of people
    return Section(
        key="campaigns",
        title=str(TABLES["campaigns"]),
        note=gettext("Still in the chain: now; of campaigns that people enter one by one, at the end of these days."),
        columns=_campaign_columns(),
        rows=rows,
        total=_whole_row(whole, currency) if whole else None,
        chart=Chart(
            form=ChartForm.BARS,
            label=gettext("The campaigns in which most people acted"),
            lines=(Line(column=acted, colour=_ACTED),),
            most=_MOST_BARS,
        ),
    )


def _headlines(figures: PeriodFigures) -> Iterator[Headline]:
    now, before = figures.now, figures.before
    of_people = gettext("%(share)s of the people")
    engaged = now.audience.share_engaged
    yield Headline(
        label=gettext("Campaigns"),
        kind=Kind.NUMBER,
        value=now.campaigns,
        before=before.campaigns,
        note=_launched_before(now),
    )
    yield Headline(label=gettext("People"), kind=Kind.NUMBER, value=now.audience.people, before=before.audience.people)
    yield Headline(
        label=gettext("Acted"),
        kind=Kind.NUMBER,
        value=now.audience.engaged,
        before=before.audience.engaged,
        note=of_people % {"share": wording.percent(engaged, 1)} if engaged is not None else "",
    )
    yield Headline(
        label=pgettext("figure", "Sent"), kind=Kind.NUMBER, value=now.messages.accepted, before=before.messages.accepted
    )
    yield Headline(label=gettext("Spent"), kind=Kind.MONEY, value=now.cost, before=before.cost)
    yield Headline(
        label=gettext("For each who acted"),
        kind=Kind.MONEY,
        value=now.cost_per_engaged,
        before=before.cost_per_engaged,
    )


def _launched_before(group: Group) -> str:
    """How many campaigns went on that had been launched before the period; '' where none did."""
    count = group.campaigns - group.launched
    words = ngettext("%(count)s launched earlier", "%(count)s launched earlier", count)
    return words % {"count": wording.number(count)} if count else ""


def _over_time(figures: PeriodFigures) -> Section:
    names = {
        Unit.DAY: gettext("Day"),
        Unit.WEEK: gettext("Week from"),
        Unit.MONTH: gettext("Month"),
        Unit.YEAR: gettext("Year"),
    }
    return Section(
        key="time",
        title=str(TABLES["time"]),
        note=gettext("Campaigns that are sent once by the day of their launch, the others by the day it happened."),
        columns=[
            Column(label=names[figures.unit]),
            Column(label=gettext("Campaigns launched"), kind=Kind.NUMBER),
            *_of_people(),
        ],
        rows=[
            [_moment(begins_on, figures.unit), group.launched, *_people(group)]
            for begins_on, group in figures.moments.items()
        ],
        total=[gettext("In all"), figures.now.launched, *_people(figures.now)],
        chart=Chart(
            form=ChartForm.LINES,
            label=gettext("People and those who acted, over time"),
            lines=(Line(column=2, colour=_OTHERS, is_dashed=True), Line(column=3, colour=_ACTED)),
        ),
    )


def _by_segment(figures: PeriodFigures) -> Section:
    names = _segment_names(figures.segments)
    return Section(
        key="segments",
        title=str(TABLES["segments"]),
        note=gettext("Everybody once: in the segment of their route, or else in that of the campaign's audience."),
        columns=[
            Column(label=gettext("Segment")),
            *_of_people(),
            Column(label=gettext("Still in the chain"), kind=Kind.NUMBER, is_brief=False),
        ],
        rows=[[names[key], *_people(group), group.audience.open] for key, group in figures.segments.items()],
        total=[gettext("In all"), *_people(figures.now), figures.now.audience.open],
        chart=Chart(
            form=ChartForm.BARS,
            label=gettext("People and those who acted, by segment"),
            lines=(Line(column=1, colour=_OTHERS), Line(column=2, colour=_ACTED)),
            most=_MOST_BARS,
        ),
    )


def _by_channel(figures: PeriodFigures) -> Section:
    before_any = figures.now.audience.credit_before_any
    note = gettext("People count at every channel whose messages they came to, and acted upon one message at most.")
    if before_any:
        note += " " + gettext("Acted before any message: %(people)s.") % {"people": wording.number(before_any)}
    return Section(
        key="channels",
        title=str(TABLES["channels"]),
        note=note,
        columns=_channel_columns(),
        rows=[[str(channel.label), *_messages(group)] for channel, group in figures.channels.items()],
        total=[gettext("In all"), *_messages(figures.now)],
        chart=Chart(
            form=ChartForm.BARS,
            label=gettext("Messages sent and acted upon, by channel"),
            lines=(Line(column=2, colour=_OTHERS), Line(column=6, colour=_ACTED)),
        ),
    )


def _of_people() -> Sequence[Column]:
    """The columns about the people of some campaigns; `_people` fills them."""
    return [
        Column(label=gettext("People"), kind=Kind.NUMBER),
        Column(label=gettext("Acted"), kind=Kind.NUMBER),
        Column(label=gettext("Of people"), kind=Kind.SHARE),
        Column(label=pgettext("figure", "Sent"), kind=Kind.NUMBER),
        Column(label=gettext("Cost"), kind=Kind.MONEY),
        Column(label=gettext("For each who acted"), kind=Kind.MONEY),
    ]


def _people(group: Group) -> Sequence[Cell]:
    audience = group.audience
    return [
        audience.people,
        audience.engaged,
        audience.share_engaged,
        group.messages.accepted,
        group.cost,
        group.cost_per_engaged,
    ]


def _channel_columns() -> Sequence[Column]:
    return [
        Column(label=gettext("Channel")),
        Column(label=gettext("Entered"), kind=Kind.NUMBER),
        Column(label=pgettext("figure", "Sent"), kind=Kind.NUMBER),
        Column(label=pgettext("figure", "Delivered"), kind=Kind.NUMBER, is_brief=False),
        Column(label=pgettext("figure", "Opened"), kind=Kind.NUMBER, is_brief=False),
        Column(label=pgettext("figure", "Clicked"), kind=Kind.NUMBER, is_brief=False),
        Column(label=gettext("Acted upon it"), kind=Kind.NUMBER),
        Column(label=gettext("Of those sent"), kind=Kind.SHARE),
        Column(label=gettext("Of these late"), kind=Kind.NUMBER, is_brief=False),
        Column(label=pgettext("figure", "Opted out"), kind=Kind.NUMBER),
        Column(label=pgettext("figure", "Failed"), kind=Kind.NUMBER),
        Column(label=pgettext("figure", "Unknown"), kind=Kind.NUMBER, is_brief=False),
        Column(label=gettext("Cost"), kind=Kind.MONEY),
        Column(label=gettext("For each who acted"), kind=Kind.MONEY),
    ]


def _messages(group: Group) -> Sequence[Cell]:
    steps = group.messages
    return [
        steps.entered,
        steps.accepted,
        steps.delivered,
        steps.opened,
        steps.clicked,
        steps.credit,
        share(steps.credit, steps.accepted),
        steps.late,
        steps.opted_out,
        steps.failed,
        steps.unknown,
        steps.cost,
        steps.cost / steps.credit if steps.credit else None,
    ]


def _campaign_columns() -> Sequence[Column]:
    brief = {gettext("People"), str(Outcome.ENGAGED.label), gettext("Still in the chain")}
    return [
        Column(label=gettext("Campaign")),
        Column(label=gettext("Kind")),
        Column(label=gettext("Status"), is_brief=False),
        Column(label=gettext("Launched"), kind=Kind.DAY),
        Column(label=gettext("Ended"), kind=Kind.INSTANT, is_brief=False),
        Column(label=gettext("In the chain before"), kind=Kind.NUMBER, is_brief=False),
        *(Column(label=label, kind=Kind.NUMBER, is_brief=label in brief) for label in audience_headings()),
        Column(label=gettext("Of people"), kind=Kind.SHARE),
        Column(label=gettext("Cost"), kind=Kind.MONEY),
        Column(label=gettext("Cost per engaged"), kind=Kind.MONEY),
        Column(label=gettext("Currency"), is_brief=False),
    ]


def _campaign_row(campaign: Campaign, summary: Summary, currency: str) -> Sequence[Cell]:
    return [
        campaign.name,
        campaign.get_kind_display(),
        campaign.get_status_display(),
        campaign.launched_at,
        campaign.ended_at,
        summary.people.open_before,
        *audience_cells(summary.people),
        summary.people.share_engaged,
        summary.cost,
        summary.cost_per_engaged,
        currency,
    ]


def _whole_row(whole: Group, currency: str) -> Sequence[Cell]:
    """What `_campaign_row` says of one campaign, of all."""
    return [
        gettext("In all"),
        *("" for _kind_status_launched_ended in range(4)),
        whole.audience.open_before,
        *audience_cells(whole.audience),
        whole.audience.share_engaged,
        whole.cost,
        whole.cost_per_engaged,
        currency,
    ]


def _segment_names(segments: Mapping[int, Group]) -> Mapping[int, str]:
    named = dict(Segment.objects.filter(pk__in=segments).values_list("pk", "name"))
    return {key: named.get(key, "") or pgettext("audience", "Everybody") for key in segments}


def _moment(begins_on: date, unit: Unit) -> str:
    formats = {Unit.MONTH: "YEAR_MONTH_FORMAT", Unit.YEAR: "Y"}
    return date_format(begins_on, formats.get(unit, "DATE_FORMAT"))


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
