"""Reports as tables for export: the figures of the pages, no others and no fewer."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext

from campaigns import wording
from campaigns.exporting import Cell, Table
from campaigns.models import Campaign, Condition, Outcome, SkipReason
from campaigns.reports import CampaignReport, RouteReport, StepReport
from campaigns.reports_columns import COLUMNS
from campaigns.reports_figures import Audience, Waiting
from channels.kinds import Channel

_WAITING = ("queued", "held", "claimed", "sending", "accepted", "unknown")


def steps_table(campaign: Campaign, report: CampaignReport) -> Table:
    """A row for each step of each route, with every figure of it."""
    headings = [
        gettext("Route"),
        gettext("Step"),
        gettext("Channel"),
        gettext("Sender"),
        gettext("Stops if"),
        gettext("Waits up to"),
        *(str(column.label) for column in COLUMNS),
        *(gettext("Skipped: %(reason)s") % {"reason": reason.label} for reason in SkipReason),
        *(gettext("Waiting: %(state)s") % {"state": label} for label in _waiting_labels()),
        gettext("Cost"),
        gettext("Currency"),
    ]
    rows = [_step_row(route, step, report.currency) for route in report.routes for step in route.steps]
    return Table(title=campaign.name, headings=headings, rows=rows)


def campaign_table(campaign: Campaign, report: CampaignReport) -> Table:
    """A row for the campaign, and one for each of its routes where there are several."""
    headings = [
        gettext("Campaign"),
        gettext("Route"),
        *audience_headings(),
        gettext("Credit before any message"),
        gettext("Acted before the next step"),
        gettext("Before their next step"),
        gettext("Messages unknown"),
        gettext("Messages failed"),
        gettext("Messages opened by machines"),
        gettext("Messages clicked by machines"),
        gettext("Cost"),
        gettext("Cost per engaged"),
        gettext("Currency"),
    ]
    rows = [_campaign_row(campaign, report)]
    if len(report.routes) > 1:
        rows += [_route_row(campaign, route, report.currency) for route in report.routes]
    return Table(title=campaign.name, headings=headings, rows=rows)


def _waiting_labels() -> Sequence[str]:
    return (
        gettext("queued"),
        gettext("held"),
        gettext("about to be sent"),
        gettext("being sent"),
        gettext("sent"),
        gettext("unknown"),
    )


def _step_row(route: RouteReport, step: StepReport, currency: str) -> Sequence[Cell]:
    figures = step.figures
    skips = {skip.reason: skip.people for skip in figures.skips}
    return [
        route_name(route),
        step.position + 1,
        Channel(step.channel).label,
        step.sender.name if step.sender else "",
        Condition(step.condition).label,
        wording.duration(step.timeout),
        *(column.value(step) for column in COLUMNS),
        *(skips.get(reason, 0) for reason in SkipReason),
        *_waiting_cells(figures.waiting),
        figures.cost,
        currency,
    ]


def _waiting_cells(waiting: Waiting) -> Iterator[int]:
    return (getattr(waiting, name) for name in _WAITING)


def _campaign_row(campaign: Campaign, report: CampaignReport) -> Sequence[Cell]:
    return [
        campaign.name,
        gettext("all"),
        *audience_cells(report.audience),
        report.audience.credit_before_any,
        report.audience.engaged_between,
        report.between,
        report.unknown,
        report.failed,
        report.machine_opened,
        report.machine_clicked,
        report.cost,
        report.cost_per_engaged,
        report.currency,
    ]


def _route_row(campaign: Campaign, route: RouteReport, currency: str) -> Sequence[Cell]:
    figures = [step.figures for step in route.steps]
    return [
        campaign.name,
        route_name(route),
        *audience_cells(route.audience),
        route.audience.credit_before_any,
        route.audience.engaged_between,
        route.between,
        sum(step.unknown for step in figures),
        sum(step.failed for step in figures),
        sum(step.machine_opened for step in figures),
        sum(step.machine_clicked for step in figures),
        route.cost,
        route.cost_per_engaged,
        currency,
    ]


def audience_headings() -> Sequence[str]:
    """What `audience_cells` tell."""
    return [
        gettext("People"),
        *(str(outcome.label) for outcome in Outcome),
        gettext("Still in the chain"),
        gettext("Acted after the end"),
    ]


def audience_cells(audience: Audience) -> Sequence[int]:
    """How many people there are, and what became of them."""
    ended = [audience.ended_as(outcome) for outcome in Outcome]
    return [audience.people, *ended, audience.open, audience.engaged_after_end]


def route_name(route: RouteReport) -> str:
    """What a route is called in a file."""
    name = route.segment or gettext("Everyone else")
    return (
        name
        if route.version == 1
        else gettext("%(route)s (version %(number)s)") % {"route": name, "number": route.version}
    )
