"""Campaigns of a period for the tests of reports: few with histories, or many with counters alone."""

from datetime import UTC, datetime, timedelta
from random import Random

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.stats import fold
from campaigns.models import Campaign, CampaignVersion, Outcome, Route, Step, StepDelta, StepStats, StepTotal
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from channels.kinds import Channel
from tests.campaigns.histories import change, changes, make_history
from tests.factories import NOON, make_segment


def campaigns_of_february() -> list[Campaign]:
    """Three campaigns with histories of people, launched on three days of February 2026."""
    made = []
    for number, name in enumerate(("Осенняя распродажа", "=cmd|' /C calc'!A0", "Win-back")):
        campaign = make_history(random=Random(40 + number), people=12)
        Campaign.objects.filter(pk=campaign.pk).update(
            name=name, launched_at=NOON + timedelta(days=number), segment=make_segment(name=f"Circle {number}")
        )
        made.append(Campaign.objects.get(pk=campaign.pk))
    return made


def abandoned_carts(*, launched_at: datetime, days: int, people: int = 40) -> Campaign:
    """A triggered campaign that `people` entered one by one in so many days since its launch, some still inside."""
    random = Random(7)
    campaign = make_history(random=random, people=people)
    Campaign.objects.filter(pk=campaign.pk).update(
        name="Abandoned carts", kind=CampaignKind.TRIGGERED, launched_at=launched_at
    )
    for model in (StepDelta, StepStats, StepTotal):
        model.objects.filter(campaign_id=campaign.pk).delete()
    for enrolment in campaign.enrolments.all():
        hours = random.randrange(days * 24)
        for step, counter, value in changes(enrolment):
            at = launched_at + timedelta(hours=hours if counter == Counter.AUDIENCE else hours + random.randrange(200))
            hour = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
            change(enrolment, counter, step=step, value=value, hour=hour).save()
        fold(limit=random.randrange(40))
    return Campaign.objects.get(pk=campaign.pk)


def many_campaigns(count: int, *, launched_at: datetime = NOON) -> None:
    """`count` finished campaigns of two steps, of whom nothing is kept but their counters."""
    segment = make_segment()
    campaigns = Campaign.objects.bulk_create(
        Campaign(
            name=f"Campaign no. {number}",
            status=CampaignStatus.FINISHED,
            segment=segment,
            launched_at=launched_at + timedelta(minutes=number),
        )
        for number in range(count)
    )
    versions = CampaignVersion.objects.bulk_create(CampaignVersion(campaign=campaign) for campaign in campaigns)
    routes = Route.objects.bulk_create(Route(version=version, position=0) for version in versions)
    Step.objects.bulk_create(
        Step(route=route, position=position, key=key, channel=channel)
        for route in routes
        for position, (key, channel) in enumerate((("push", Channel.PUSH), ("sms", Channel.SMS)))
    )
    StepTotal.objects.bulk_create(
        StepTotal(campaign_id=campaign.pk, route_id=route.pk, step_key=key, counter=counter, value=value + number % 7)
        for number, (campaign, route) in enumerate(zip(campaigns, routes, strict=True))
        for (key, counter), value in _TOTALS.items()
    )


_TOTALS = {
    ("", Counter.AUDIENCE): 1_000,
    ("", counters.outcome(Outcome.ENGAGED)): 300,
    ("", counters.outcome(Outcome.EXHAUSTED)): 690,
    **{
        (key, counter): value
        for key in ("push", "sms")
        for counter, value in {
            Counter.CAME: 900,
            Counter.ACCEPTED: 800,
            Counter.DELIVERED: 700,
            Counter.CLICKED: 200,
            Counter.CREDIT: 150,
            Counter.COST: 17,
            Counter.NOW_QUEUED: 1,
            Counter.ENGAGED: 150,
            Counter.ADVANCED: 600,
            "event_accepted": 800,
            "event_delivered": 700,
            "event_clicked": 250,
        }.items()
    },
}
