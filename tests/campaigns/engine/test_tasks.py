"""What is published to Celery, and what a broker may make of it: time lives in the database, a task is only a nudge."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django_celery_beat.models import PeriodicTask
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from campaigns import tasks
from campaigns.engine import clock, control, wake
from campaigns.engine.launch import launch
from campaigns.engine.wake import ADVANCE, DELIVER, END_CANCELLED, ENROL_AUDIENCE, FORETELL, TRACK
from campaigns.models import Attempt, Campaign, Condition, DowntimeGap, Enrolment, Event, Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import MessageStatus
from campaigns.reports import campaign_report
from campaigns.schedule import SCHEDULE, write_schedule
from cascade_site.celery import app
from channels.kinds import Channel
from channels.pace import Pace
from tests.campaigns.engine.published import Published, catching
from tests.campaigns.engine.stage import Stage, messages_of
from tests.campaigns.engine.threads import at_once
from tests.campaigns.recounting import differences
from tests.campaigns.watch import Watch
from tests.factories import RoutePlan, StepPlan, make_campaign, make_contact, make_price
from tests.until import wait_until

PEOPLE = 6
WINDOW = timedelta(hours=2)
# Of a machine that does other things as well.
PATIENCE_S = 240.0

Way = Callable[[Published], object]


@pytest.fixture(autouse=True)
def _nothing_was_woken_lately(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wake, "_paces", {})


def a_draft(stage: Stage) -> Campaign:
    """An SMS, and two hours later Viber, for everybody."""
    for channel in (Channel.SMS, Channel.VIBER):
        make_price(account=stage.account, channel=channel, amount="0.05")
    for number in range(PEOPLE):
        make_contact(phone=f"+38067100{number:04}", consents=(Channel.SMS, Channel.VIBER))
    steps = (
        StepPlan(channel=Channel.SMS, sender=stage.sender(Channel.SMS), timeout=WINDOW),
        StepPlan(channel=Channel.VIBER, condition=Condition.OPENED, sender=stage.sender(Channel.VIBER), timeout=WINDOW),
    )
    return make_campaign(routes=(RoutePlan(steps=steps),))


def once(task: Published) -> None:
    """As it should be."""
    task.do()


def twice_at_once(task: Published) -> None:
    """Two workers get it at the same time."""
    at_once(task.do, task.do)


def work_until(is_so: Callable[[], bool], caught: list[Published], way: Way) -> None:
    """Tick, and give what is published to workers, until it is so."""
    done = len(caught)

    def is_done() -> bool:
        nonlocal done
        tasks.tick()
        while done < len(caught):
            done += 1
            way(caught[done - 1])
        return is_so()

    wait_until(is_done, what="the cascade has gone on", patience_s=PATIENCE_S)


def play(stage: Stage, caught: list[Published], *, way: Way) -> Campaign:
    """A whole cascade: launched, clicked, opted out of, timed out, paused, resumed and come to its end."""
    campaign = a_draft(stage)
    launch(campaign=campaign, actor=None)
    work_until(lambda: accepted(Channel.SMS) == PEOPLE, caught, way)
    clicks, stops, reads, *_ = [messages_of(enrolment.contact)[0] for enrolment in Enrolment.objects.order_by("id")]
    clock.run_at(shown_at=clock.now() + timedelta(minutes=1), speed=0)
    stage.ask_for(clicks)
    stage.post([stage.told(stops, "reply", text="STOP")])
    work_until(lambda: ended() == 2, caught, way)
    clock.run_at(shown_at=clock.now() + WINDOW, speed=0)
    control.pause(campaign=campaign, actor=None)
    work_until(lambda: Message.objects.filter(channel=Channel.VIBER).count() == PEOPLE - 2, caught, way)
    control.resume(campaign=campaign, actor=None)
    work_until(lambda: accepted(Channel.VIBER) == PEOPLE - 2, caught, way)
    stage.post([stage.told(messages_of(reads.enrolment.contact)[1], "seen")])
    work_until(lambda: ended() == 3, caught, way)
    clock.run_at(shown_at=clock.now() + WINDOW, speed=0)
    work_until(lambda: is_in(campaign, CampaignStatus.FINISHED), caught, way)
    return campaign


def accepted(channel: Channel) -> int:
    """How many messages of the channel the vendor has."""
    return Message.objects.filter(channel=channel, status=MessageStatus.ACCEPTED).count()


def ended() -> int:
    """How many enrolments are over."""
    return Enrolment.objects.exclude(outcome="").count()


def is_in(campaign: Campaign, status: CampaignStatus) -> bool:
    return Campaign.objects.get(pk=campaign.pk).status == status


def everything(stage: Stage) -> dict[str, object]:
    """All that a repeated task might change, at the vendor too."""
    return {
        "asked": stage.vendor.asked(stage.name),
        "messages": list(Message.objects.order_by("id").values_list("id", "status", "fate", "tries", "sending_at")),
        "attempts": list(Attempt.objects.order_by("id").values_list("id", "key", "status")),
        "enrolments": list(Enrolment.objects.order_by("id").values_list("id", "outcome", "ended_by", "ended_at")),
        "events": Event.objects.count(),
    }


def test_no_task_of_a_whole_cascade_is_published_for_later(open_stage: Stage) -> None:
    """ETA and countdown tasks ran many times: celery#2599, #3270, #7009, #9882, kombu#337; or closed the channel when
    they were over 30 minutes: celery#6760, #6983. Here windows of two hours are known to the database alone."""
    with catching() as caught:
        play(open_stage, caught, way=once)
        other = make_campaign(routes=(RoutePlan(steps=(StepPlan(sender=open_stage.sender(Channel.SMS)),)),))
        launch(campaign=other, actor=None)
        control.cancel(campaign=other, actor=None)
        work_until(lambda: not Enrolment.objects.open().exists(), caught, once)
    assert {task.name for task in caught} == {ENROL_AUDIENCE, FORETELL, ADVANCE, DELIVER, TRACK, END_CANCELLED}
    assert [task for task in caught if task.headers["eta"] is not None] == []


@pytest.mark.django_db(transaction=True)
def test_beat_has_nothing_to_publish_for_later_either() -> None:
    """celery#2599, #6760: each of its tasks comes round after an interval, and is due when it is published."""
    write_schedule()
    ours = PeriodicTask.objects.filter(name__in=[name for name, *_ in SCHEDULE])
    assert {task.interval is not None and not task.one_off and task.start_time is None for task in ours} == {True}
    with catching() as caught:
        for name, *_ in SCHEDULE:
            publish_by_beat(name)
    assert [task.name for task in caught] == [task for _, task, *_ in SCHEDULE]
    assert [task for task in caught if task.headers["eta"] is not None] == []


def publish_by_beat(name: str, *, times: int = 1) -> None:
    """Beat finds its task `name` due, `times` in a row."""
    scheduler = DatabaseScheduler(app=app, lazy=True)
    entry = ModelEntry(PeriodicTask.objects.get(name=name), app=app)
    for _ in range(times):
        scheduler.apply_async(entry, advance=False)
    scheduler.close()


def test_each_task_delivered_twice_at_once_and_again_later_changes_nothing(open_stage: Stage) -> None:
    """A task that was retried merged with itself and dropped its batch: novu#12373. One that was delivered for each
    of several events, within a second, sent each time: novu#1633, #2569."""
    with catching() as caught:
        campaign = play(open_stage, caught, way=twice_at_once)
    before = everything(open_stage)
    for task in caught:
        task.do()
    assert everything(open_stage) == before
    asked = Counter((one.channel, one.address) for one in open_stage.vendor.asked(open_stage.name))
    assert (len(asked), set(asked.values())) == (PEOPLE + PEOPLE - 2, {1})
    report = campaign_report(campaign.pk)
    assert [report.audience.ended_as(outcome) for outcome in (Outcome.ENGAGED, Outcome.SUPPRESSED)] == [2, 1]
    assert report.problems() == []
    assert differences(campaign.pk) == []


@pytest.mark.parametrize("times", [1, 100])
def test_a_hundred_ticks_after_a_silence_do_what_one_does(
    open_stage: Stage, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    """A beat that misfired, or published again after a restart what it had published: django-celery-beat#219, #459."""
    write_schedule()
    campaign = a_draft(open_stage)
    Campaign.objects.filter(pk=campaign.pk).update(status=CampaignStatus.RUNNING)
    with catching() as caught:
        work_until(lambda: accepted(Channel.SMS) == PEOPLE, caught, once)
    clock.run_at(shown_at=clock.now() + timedelta(hours=3), speed=0)
    # The hundred are taken within a moment.
    monkeypatch.setattr(wake, "_paces", {})
    monkeypatch.setattr(wake, "Pace", partial(Pace, now=Watch()))

    with catching() as ticks:
        publish_by_beat("Cascade: tick", times=times)
    assert len(ticks) == times
    assert all(tick.headers["expires"] for tick in ticks), "those of a long silence fall away by themselves"
    with catching() as woken:
        for tick in ticks:
            tick.do()
        assert [task.name for task in woken] == [ADVANCE]
        for task in woken:
            task.do()
    assert Counter(woken) == dict.fromkeys(woken, 1)
    assert {task.name for task in woken} == {ADVANCE, DELIVER}

    assert DowntimeGap.objects.count() == 1
    asked = Counter((one.channel, one.address) for one in open_stage.vendor.asked(open_stage.name))
    assert (len(asked), set(asked.values())) == (2 * PEOPLE, {1})
    assert campaign_report(campaign.pk).problems() == []
