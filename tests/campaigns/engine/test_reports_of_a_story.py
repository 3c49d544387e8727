"""The engine plays a campaign; at every instant its figures add up and each opens exactly its people."""

from datetime import timedelta

import pytest

from campaigns.engine import control
from campaigns.models import Campaign, Condition, Contact, Outcome
from campaigns.reports import campaign_report
from campaigns.reports_people import Question
from campaigns.reports_people_numbers import number_behind
from campaigns.reports_timeline import timeline
from campaigns.reports_watch import watch
from channels.kinds import AddressKind, Channel
from tests.campaigns.engine.stage import SCANNER, Stage, enrolment_of, messages_of
from tests.campaigns.figures import figures_of_campaign, figures_of_step
from tests.campaigns.recounting import count_behind
from tests.factories import RoutePlan, StepPlan, make_contact, make_price

pytestmark = pytest.mark.django_db

CHANNELS = (Channel.VIBER, Channel.SMS)
PUSH, VIBER, SMS = 0, 1, 2


def check(campaign: Campaign) -> None:
    """Every figure adds up, and is as large as its list."""
    report = campaign_report(campaign.pk)
    assert report.problems() == []
    questions = [
        (Question(campaign_id=campaign.pk, figure=figure, step_key=step.key, route_id=route.route_id), value)
        for route in report.routes
        for step in route.steps
        for figure, value in figures_of_step(step)
    ]
    questions += [(Question(campaign_id=campaign.pk, figure=name), n) for name, n in figures_of_campaign(report)]
    told = {question: (count_behind(question), number_behind(question), value) for question, value in questions}
    assert {question: numbers for question, numbers in told.items() if len(set(numbers)) > 1} == {}


@pytest.fixture
def people() -> dict[str, Contact]:
    """Seven people; only the first and the last have the app, and the last has agreed to nothing."""
    names = ("tapper", "clicker", "scanned", "bouncer", "stopper", "silent", "unasked")
    found = {}
    for number, name in enumerate(names):
        consents = [] if name == "unasked" else [*CHANNELS, Channel.PUSH]
        token = {AddressKind.PUSH_TOKEN: f"token-of-{name}"} if name in {"tapper", "unasked"} else {}
        found[name] = make_contact(
            first_name=name, phone=f"+38067333000{number}", addresses=token, consents=consents, time_zone="Europe/Kyiv"
        )
    return found


def launch(stage: Stage) -> Campaign:
    """Push, then Viber, then SMS."""
    for channel, price in ((Channel.PUSH, "0.001"), (Channel.VIBER, "0.02"), (Channel.SMS, "0.05")):
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
    return stage.launch(RoutePlan(steps=steps), text="Hi {{ first_name }}: {{ link }}")


def test_the_figures_add_up_and_open_their_people_at_every_instant(stage: Stage, people: dict[str, Contact]) -> None:
    """Statistics that do not add up (mautic#2507, #5843)."""
    campaign = launch(stage)
    check(campaign)
    stage.hit(messages_of(people["tapper"])[PUSH])
    stage.hit(messages_of(people["scanned"])[VIBER], agent=SCANNER)
    stage.report(messages_of(people["bouncer"])[VIBER], "undelivered")
    stage.report(messages_of(people["stopper"])[VIBER], "reply", text="STOP")
    check(campaign)
    stage.forward(hours=4)
    stage.hit(messages_of(people["clicker"])[VIBER])
    check(campaign)
    stage.forward(days=1, hours=1)
    stage.hit(messages_of(people["silent"])[SMS])
    check(campaign)
    report = campaign_report(campaign.pk)
    assert report.audience.engaged_after_end == 1
    assert report.audience.ended_as(Outcome.SUPPRESSED) == 2
    assert sum(place.people for place in watch(campaign).places) == report.audience.people


def test_what_a_pause_and_quiet_hours_hold_is_counted_as_held(stage: Stage, people: dict[str, Contact]) -> None:
    campaign = launch(stage)
    control.pause(campaign=campaign, actor=None)
    stage.forward(hours=5)
    check(campaign)
    control.resume(campaign=campaign, actor=None)
    stage.run()
    check(campaign)
    control.cancel(campaign=campaign, actor=None)
    stage.run()
    check(campaign)


def test_a_time_line_tells_each_decision_with_its_reason(stage: Stage, people: dict[str, Contact]) -> None:
    launch(stage)
    stage.hit(messages_of(people["scanned"])[VIBER], agent=SCANNER)
    stage.forward(hours=4)
    stage.hit(messages_of(people["scanned"])[SMS])
    told = timeline(enrolment_of(people["scanned"]))
    sms = messages_of(people["scanned"])[SMS]
    push_sender, viber_sender, sms_sender = (
        stage.sender(channel).name for channel in (Channel.PUSH, Channel.VIBER, Channel.SMS)
    )
    assert [entry.text for entry in told.entries] == [
        "Entered the campaign.",
        f"Step 1 (Push from {push_sender}) was skipped, because there is no address for this channel.",
        f"Came to step 2: Viber from {viber_sender}.",
        f"Sent to +380673330002 from {viber_sender}.",
        "The vendor took it.",
        "The link was followed.",
        f"Went on from step 2 (Viber from {viber_sender}), because the waiting time ended without success.",
        f"Came to step 3: SMS from {sms_sender}.",
        f"Sent to +380673330002 from {sms_sender}.",
        "The vendor took it.",
        "The link was followed.",
        f"The chain stopped at step 3 (SMS from {sms_sender}), because they followed the link.",
        "Outcome: Acted, because they followed the link.",
    ]
    machine = told.entries[5]
    assert machine.details[0] == "Not a person: a scanner or a link preview, by its own name."
    assert f"The vendor's id: {sms.attempts.get().vendor_message_id}" in told.entries[9].details
    assert (told.state, told.zone) == ("Acted", "Europe/Kyiv")


def test_a_time_line_tells_an_opt_out_and_who_was_never_asked(stage: Stage, people: dict[str, Contact]) -> None:
    launch(stage)
    stage.report(messages_of(people["stopper"])[VIBER], "reply", text="СТОП")
    stopped = [entry.text for entry in timeline(enrolment_of(people["stopper"])).entries]
    assert stopped[-1] == "Outcome: Opted out, because they asked for no more messages."
    never = [entry.text for entry in timeline(enrolment_of(people["unasked"])).entries]
    assert sum("was skipped" in text for text in never) == 3
    assert never[-1] == "Outcome: Opted out, because there was no further step."
