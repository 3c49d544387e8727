"""A campaign as a marketer would tell it: push, then Viber, then SMS, and six people who behave differently.

Every figure of DESIGN §3.10 is asserted, and against a recount of the rows and events it comes from.
"""

from datetime import timedelta
from decimal import Decimal

import pytest

from campaigns.models import Condition, Contact, Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.enrolments import Outcome
from campaigns.reports import campaign_report
from channels.kinds import AddressKind, Channel
from tests.campaigns.engine.stage import SCANNER, Stage, enrolment_of, messages_of
from tests.campaigns.recounting import differences
from tests.factories import RoutePlan, StepPlan, make_contact, make_price

CHANNELS = (Channel.PUSH, Channel.VIBER, Channel.SMS)
PUSH, VIBER, SMS = 0, 1, 2
NAMES = ("clicker", "late_opener", "bouncer", "silent", "stopper", "scanned")


@pytest.fixture
def people() -> dict[str, Contact]:
    """Six people with the app, Viber and a mobile number, who all agreed to be messaged."""
    return {
        name: make_contact(
            first_name=name,
            phone=f"+38067222000{number}",
            addresses={AddressKind.PUSH_TOKEN: f"token-of-{name}"},
            consents=CHANNELS,
        )
        for number, name in enumerate(NAMES)
    }


def test_push_then_viber_then_sms(stage: Stage, people: dict[str, Contact]) -> None:  # noqa: PLR0915  one story
    for channel, price in zip(CHANNELS, ("0.001", "0.02", "0.05"), strict=True):
        make_price(account=stage.account, channel=channel, amount=price)
    steps = (
        StepPlan(channel=Channel.PUSH, sender=stage.sender(Channel.PUSH), timeout=timedelta(hours=1)),
        StepPlan(
            channel=Channel.VIBER,
            sender=stage.sender(Channel.VIBER),
            condition=Condition.OPENED,
            timeout=timedelta(hours=4),
        ),
        StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS), timeout=timedelta(days=1)),
    )
    text = "Hi {{ first_name }}: {{ link }}"
    campaign = stage.launch(RoutePlan(steps=steps), text=text)

    def message(name: str, step: int) -> Message:
        return messages_of(people[name])[step]

    # --- The push has left to all six. One taps it, a scanner opens another's link.
    assert Message.objects.filter(step__position=PUSH, status="accepted").count() == 6
    stage.hit(message("clicker", PUSH))
    stage.hit(message("scanned", PUSH), agent=SCANNER, after=timedelta(minutes=5))
    assert enrolment_of(people["clicker"]).outcome == Outcome.ENGAGED
    assert enrolment_of(people["scanned"]).outcome == ""

    # --- An hour later Viber has left to the five others. It cannot reach one, and one answers STOP.
    stage.forward(hours=1)
    assert Message.objects.filter(step__position=VIBER, status="accepted").count() == 5
    for name in ("late_opener", "silent", "stopper", "scanned"):
        stage.report(message(name, VIBER), "handset_delivered")
    stage.report(message("bouncer", VIBER), "undelivered")
    assert len(messages_of(people["bouncer"])) == 3
    stage.report(message("stopper", VIBER), "reply", text="Стоп!")
    assert enrolment_of(people["stopper"]).outcome == Outcome.SUPPRESSED

    # --- Four hours later SMS has left to the rest. Now one opens the Viber message after all.
    stage.forward(hours=4)
    assert Message.objects.filter(step__position=SMS, status="accepted").count() == 4
    stage.report(message("late_opener", VIBER), "seen")
    late = enrolment_of(people["late_opener"])
    assert (late.outcome, late.is_late) == (Outcome.ENGAGED, True)

    # --- A day later it is over; somebody clicks when all is done.
    stage.forward(days=1, hours=1)
    stage.hit(message("silent", SMS))
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.FINISHED
    assert {name: enrolment_of(person).outcome for name, person in people.items()} == {
        "clicker": Outcome.ENGAGED,
        "late_opener": Outcome.ENGAGED,
        "bouncer": Outcome.EXHAUSTED,
        "silent": Outcome.EXHAUSTED,
        "stopper": Outcome.SUPPRESSED,
        "scanned": Outcome.EXHAUSTED,
    }
    assert enrolment_of(people["silent"]).engaged_late_at

    # --- The figures.
    report = campaign_report(campaign.pk)
    assert report.problems() == []
    assert (report.audience.people, report.audience.engaged, report.audience.open) == (6, 2, 0)
    assert report.audience.ended_as(Outcome.EXHAUSTED) == 3
    assert report.audience.ended_as(Outcome.SUPPRESSED) == 1
    assert report.audience.engaged_after_end == 1
    (route,) = report.routes
    push, viber, sms = (step.figures for step in route.steps)
    assert (push.came, push.skipped, push.entered, push.accepted) == (6, 0, 6, 6)
    assert (push.engaged, push.advanced, push.ended, push.waiting.total) == (1, 5, 0, 0)
    assert (push.clicked, push.machine_clicked, push.delivered, push.opened) == (1, 1, 0, 0)
    assert (push.credit, push.late, push.cost) == (1, 0, Decimal("0.006"))
    assert (viber.came, viber.entered, viber.accepted) == (5, 5, 5)
    assert (viber.engaged, viber.advanced, viber.ended, viber.waiting.total) == (0, 4, 1, 0)
    assert (viber.delivered, viber.opened, viber.failed, viber.opted_out) == (4, 1, 1, 1)
    assert (viber.credit, viber.late, viber.cost) == (1, 1, Decimal("0.10"))
    assert (sms.came, sms.entered, sms.accepted) == (4, 4, 4)
    assert (sms.engaged, sms.advanced, sms.ended, sms.waiting.total) == (1, 0, 3, 0)
    assert (sms.clicked, sms.credit, sms.cost) == (1, 0, Decimal("0.20"))
    assert report.cost == Decimal("0.306")
    assert sum(step.figures.engaged for step in route.steps) == report.audience.engaged
    assert sum(step.figures.credit for step in route.steps) == report.audience.engaged

    assert differences(campaign.pk) == []
