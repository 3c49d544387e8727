"""Drafts the sample's campaigns and launches all but one; what happens then is the engine's and the audience's."""

from collections.abc import Mapping
from datetime import timedelta

from campaigns import drafting
from campaigns.drafting.opening import version_of
from campaigns.engine.launch import enrol, launch
from campaigns.models import Campaign, Contact, Priority, Segment, User
from campaigns.sample.loyalty_club import LOYALTY_CLUB
from campaigns.sample.new_season import NEW_SEASON
from campaigns.sample.orders import ORDERS
from campaigns.sample.plans import CampaignPlan, PlannedRoute
from campaigns.sample.weekend import WEEKEND
from channels.kinds import Channel
from channels.models import Sender

GRACE = timedelta(hours=12)
# Whoever of them ordered something lately: every so many-th customer.
BUYS_EVERY = 13


def draft_campaigns(
    *, senders: Mapping[Channel, Sender], segments: Mapping[str, Segment], by: User
) -> dict[str, Campaign]:
    """Draft every campaign of the sample; gives them by name."""
    plans = (NEW_SEASON, ORDERS, WEEKEND, LOYALTY_CLUB)
    return {plan.name: draft(plan, senders, segments, by=by) for plan in plans}


def launch_campaigns(campaigns: Mapping[str, Campaign], *, by: User) -> None:
    """Launch those that are to run or to be over soon, and let the shop's latest orders in. Raises LaunchRefused."""
    for plan in (ORDERS, WEEKEND, LOYALTY_CLUB):
        launch(campaign=campaigns[plan.name], actor=by)
    buyers = Contact.objects.order_by("pk")[::BUYS_EVERY]
    for contact, order in zip(buyers, ORDERS.orders, strict=False):
        enrol(campaign=campaigns[ORDERS.name], contact=contact, entry_key=order["order"], data=order)


def draft(
    plan: CampaignPlan, senders: Mapping[Channel, Sender], segments: Mapping[str, Segment], *, by: User
) -> Campaign:
    """Draft the campaign of `plan`, whose steps have `senders`, for those of `segments` that it names."""
    segment = segments[plan.segment] if plan.segment else None
    campaign = drafting.create(name=plan.name, actor=by, kind=plan.kind, purpose=plan.purpose, segment=segment)
    for words in plan.words:
        drafting.write_content(campaign=campaign, **vars(words))
    drafting.set_link(campaign=campaign, url=plan.link)
    drafting.set_limits(campaign=campaign, limits=_limits(plan))
    for route in plan.routes:
        _add_steps(campaign, route, senders, segments)
    return campaign


def _limits(plan: CampaignPlan) -> drafting.Limits:
    quiet_from, quiet_until = plan.quiet_hours or (None, None)
    return drafting.Limits(
        quiet_from=quiet_from,
        quiet_until=quiet_until,
        cap_campaigns=plan.cap_campaigns,
        cap_days=7,
        priority=Priority.NORMAL,
        on_cap=Campaign.OnCap.END,
        budget=plan.budget,
        grace=GRACE,
        do_machine_signals_count=False,
        untracked=Campaign.Untracked.ALL_STEPS,
        entry_policy=Campaign.EntryPolicy.PARALLEL,
    )


def _add_steps(
    campaign: Campaign, planned: PlannedRoute, senders: Mapping[Channel, Sender], segments: Mapping[str, Segment]
) -> None:
    if planned.segment:
        route = drafting.add_route(campaign=campaign, segment=segments[planned.segment], is_copy=False)
    else:
        route = version_of(campaign).routes.get(segment=None)
    for step in planned.steps:
        drafting.add_step(
            campaign=campaign,
            route=route,
            channel=step.channel,
            sender=senders[step.channel],
            condition=step.condition,
            timeout=step.timeout,
        )
