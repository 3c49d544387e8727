"""A campaign with large figures that add up: nobody's rows, but the counters of 12,480 people."""

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Outcome, SkipReason, Step
from campaigns.models.campaigns import CampaignStatus
from channels.kinds import Channel
from tests.campaigns.histories import count
from tests.factories import NOON, RoutePlan, StepPlan, make_campaign, make_enrolment, make_sender


def autumn_collection() -> Campaign:
    """The campaign, running, with its last sender held."""
    steps = [
        StepPlan(channel=Channel.PUSH, key="push", sender=make_sender(channel=Channel.PUSH, name="Shop app")),
        StepPlan(channel=Channel.SMS, key="sms", sender=make_sender(channel=Channel.SMS, name="SHOP")),
        StepPlan(channel=Channel.VIBER, key="viber", sender=make_sender(channel=Channel.VIBER, name="Shop")),
        StepPlan(
            channel=Channel.VOICE,
            key="voice",
            sender=make_sender(channel=Channel.VOICE, name="Call", held_at=NOON, held_reason="402 balance is empty"),
        ),
    ]
    campaign = make_campaign(
        name="Autumn collection",
        status=CampaignStatus.RUNNING,
        enrolled_at=NOON,
        budget=700,
        routes=[RoutePlan(steps=steps)],
    )
    enrolment = make_enrolment(campaign=campaign)
    count(enrolment, Counter.AUDIENCE, value=12_480)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=5_197)
    count(enrolment, counters.outcome(Outcome.UNREACHABLE), value=555)
    for key, figures in AUTUMN.items():
        step = Step.objects.get(route=enrolment.route, key=key)
        for name, value in figures.items():
            count(enrolment, name, step=step, value=value)
    return campaign


AUTUMN: dict[str, dict[str, int]] = {
    "push": {
        Counter.CAME: 12_480,
        counters.skipped(SkipReason.NO_ADDRESS): 8_021,
        counters.skipped(SkipReason.NO_CONSENT): 555,
        Counter.ACCEPTED: 3_871,
        Counter.FAILED: 33,
        Counter.CLICKED: 1_312,
        Counter.ENGAGED: 1_312,
        Counter.CREDIT: 1_312,
        Counter.ADVANCED: 2_592,
    },
    "sms": {
        Counter.CAME: 10_613,
        Counter.ACCEPTED: 10_560,
        Counter.DELIVERED: 10_102,
        Counter.CLICKED: 2_114,
        Counter.MACHINE_CLICKED: 217,
        Counter.ENGAGED: 2_114,
        Counter.CREDIT: 2_120,
        Counter.LATE: 6,
        Counter.ADVANCED: 5_148,
        Counter.NOW_ACCEPTED: 3_298,
        Counter.NOW_QUEUED: 50,
        Counter.NOW_UNKNOWN: 3,
        Counter.UNKNOWN: 3,
        Counter.COST: 327,
    },
    "viber": {
        Counter.CAME: 5_148,
        Counter.ACCEPTED: 5_010,
        Counter.DELIVERED: 4_720,
        Counter.OPENED: 1_771,
        Counter.CLICKED: 702,
        Counter.ENGAGED: 1_771,
        Counter.CREDIT: 1_765,
        Counter.ADVANCED: 1_384,
        Counter.NOW_ACCEPTED: 1_993,
        Counter.COST: 210,
    },
    "voice": {Counter.CAME: 1_384, Counter.NOW_QUEUED: 1_384},
}
