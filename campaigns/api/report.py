"""GET /api/campaigns/{id}/report: the figures of the campaign's page."""

from ninja import Router

from campaigns.api.auth import KeyRequest
from campaigns.api.errors import not_found
from campaigns.api.schemas import AudienceOut, ReportOut, RouteOut, StepOut, WaitingOut
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.reports import RouteReport, StepReport, campaign_report
from campaigns.reports_columns import COLUMNS
from campaigns.reports_figures import Audience
from channels.kinds import Channel

router = Router(tags=["reports"])


@router.get("/{campaign_id}/report", response=ReportOut, url_name="report")
def report(request: KeyRequest, campaign_id: int) -> ReportOut:
    """How a campaign goes, step by step."""
    if not Campaign.objects.filter(pk=campaign_id).exclude(status=CampaignStatus.DRAFT).exists():
        raise not_found()
    figures = campaign_report(campaign_id)
    return ReportOut(
        campaign_id=campaign_id,
        audience=_audience(figures.audience),
        unknown=figures.unknown,
        failed=figures.failed,
        machine_opened=figures.machine_opened,
        machine_clicked=figures.machine_clicked,
        cost=figures.cost,
        currency=figures.currency,
        routes=[_route(route) for route in figures.routes],
    )


def _route(route: RouteReport) -> RouteOut:
    return RouteOut(
        id=route.route_id,
        version=route.version,
        segment=route.segment or None,
        audience=_audience(route.audience),
        steps=[_step(step) for step in route.steps],
    )


def _step(step: StepReport) -> StepOut:
    return StepOut(
        key=step.key,
        position=step.position,
        channel=Channel(step.channel),
        sender=step.sender.name if step.sender else None,
        condition=step.condition,
        figures={column.name: column.value(step) for column in COLUMNS},
        skipped={skip.reason.value: skip.people for skip in step.figures.skips},
        waiting=WaitingOut.model_validate(step.figures.waiting),
        cost=step.figures.cost,
    )


def _audience(audience: Audience) -> AudienceOut:
    return AudienceOut(
        people=audience.people,
        open=audience.open,
        outcomes={ended.outcome.value: ended.people for ended in audience.outcomes},
        engaged_after_end=audience.engaged_after_end,
        engaged_between=audience.engaged_between,
        credit_before_any=audience.credit_before_any,
    )
