"""Whole cascades driven at random against a simple model: what must hold, holds after every step."""

import uuid
from collections import Counter
from datetime import timedelta
from typing import ClassVar

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from campaigns.engine import clock, control
from campaigns.engine.claiming import claim
from campaigns.engine.goals import record_goal
from campaigns.engine.marking import mark_sending
from campaigns.models import Attempt, Campaign, Condition, Contact, Enrolment, Event, Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import MessageStatus
from campaigns.reports import campaign_report
from channels.kinds import Channel
from channels.models import InboundRequest, Sender
from tests.campaigns.engine.sandbox_thread import SandboxThread
from tests.campaigns.engine.stage import SCANNER, Stage
from tests.campaigns.engine.workers import claimed_by, let_leases_die
from tests.campaigns.recounting import differences
from tests.factories import RoutePlan, StepPlan, make_contact

CHAIN = (
    (Channel.SMS, Condition.CLICKED),
    (Channel.VIBER, Condition.OPENED),
    (Channel.WHATSAPP, Condition.CLICKED),
)
PEOPLE = 3
# Acts of people and vendors, and the conditions that each fulfils.
SUCCESSES = {"seen": {Condition.OPENED}, "reply": {Condition.CLICKED, Condition.OPENED}}


class Cascades(RuleBasedStateMachine):
    """People, a vendor and operators do things in any order; the model knows who must have ended, and how."""

    vendor: ClassVar[SandboxThread]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    @initialize(may_track=st.lists(st.booleans(), min_size=PEOPLE, max_size=PEOPLE))
    def launch(self, may_track: list[bool]) -> None:
        self.stage = Stage(vendor=self.vendor)
        self.people = [
            make_contact(
                phone=f"+38067100000{number}",
                consents=[channel for channel, _ in CHAIN],
                is_trackable=is_trackable,
            )
            for number, is_trackable in enumerate(may_track)
        ]
        steps = tuple(
            StepPlan(
                channel=channel, condition=condition, sender=self.stage.sender(channel), timeout=timedelta(hours=2)
            )
            for channel, condition in CHAIN
        )
        self.campaign = self.stage.launch(RoutePlan(steps=steps))
        self.outcomes: dict[int, str] = {}

    # --- What people and the vendor do

    @rule(
        who=st.integers(0, PEOPLE - 1), step=st.integers(0, 2), word=st.sampled_from(["seen", "reply", "sent", "odd"])
    )
    def report(self, who: int, step: int, word: str) -> None:
        self.note_ends()
        message = self.accepted_message(who, step)
        if message:
            self.stage.report(message, word, text="Thanks!")
            if message.step.condition in SUCCESSES.get(word, set()):
                self.must_end(who, Outcome.ENGAGED)

    @rule(who=st.integers(0, PEOPLE - 1), step=st.integers(0, 2))
    def click(self, who: int, step: int) -> None:
        self.note_ends()
        message = self.accepted_message(who, step)
        if message:
            self.stage.hit(message)
            # Nothing is kept of a click by somebody who may not be tracked.
            if self.people[who].is_trackable:
                self.must_end(who, Outcome.ENGAGED)

    @rule(who=st.integers(0, PEOPLE - 1), step=st.integers(0, 2))
    def scan(self, who: int, step: int) -> None:
        self.note_ends()
        message = self.accepted_message(who, step)
        before = self.outcome(who)
        if message:
            self.stage.hit(message, agent=SCANNER, after=timedelta(0))
            assert self.outcome(who) == before

    @rule(who=st.integers(0, PEOPLE - 1), step=st.integers(0, 2), word=st.sampled_from(["undelivered", "ttl_expired"]))
    def fail(self, who: int, step: int, word: str) -> None:
        self.note_ends()
        message = self.accepted_message(who, step)
        if message:
            self.stage.report(message, word)
            assert self.outcome(who) in {self.outcomes.get(who, ""), Outcome.EXHAUSTED}

    @rule(who=st.integers(0, PEOPLE - 1), step=st.integers(0, 2))
    def say_stop(self, who: int, step: int) -> None:
        self.note_ends()
        message = self.accepted_message(who, step)
        if message:
            self.stage.report(message, "reply", text="STOP")
            self.must_end(who, Outcome.SUPPRESSED)

    @rule(who=st.integers(0, PEOPLE - 1), again=st.booleans())
    def buy(self, who: int, again: bool) -> None:
        self.note_ends()
        enrolment = Enrolment.objects.get(contact=self.people[who])
        for _ in range(2 if again else 1):
            record_goal(enrolment_ids=[enrolment.pk], name="bought", occurred_at=None, dedupe_key="order-1")
        self.must_end(who, Outcome.ENGAGED)

    # --- Reports that come twice, early, in the wrong order and against each other

    @rule(who=st.integers(0, PEOPLE - 1), step=st.integers(0, 2), word=st.sampled_from(["handset_delivered", "seen"]))
    def report_twice(self, who: int, step: int, word: str) -> None:
        """The same event, twice in one webhook and once more in another, counts once."""
        self.note_ends()
        message = self.accepted_message(who, step)
        if message:
            told_before = Event.objects.filter(message_id=message.pk).count()
            event = self.stage.told(message, word)
            for webhook in ([event, event], [event]):
                assert self.stage.post(webhook) == 200
                self.stage.run()
            assert Event.objects.filter(message_id=message.pk).count() == told_before + 1

    @rule(
        who=st.integers(0, PEOPLE - 1),
        step=st.integers(0, 2),
        words=st.permutations(["sent", "handset_delivered", "undelivered"]),
    )
    def contradict(self, who: int, step: int, words: list[str]) -> None:
        """What was delivered stays so, whatever else the vendor says of it, and whenever."""
        self.note_ends()
        message = self.accepted_message(who, step)
        if message:
            assert self.stage.post([self.stage.told(message, word) for word in words]) == 200
            self.stage.run()
            message.refresh_from_db()
            assert message.delivered_at
            assert message.status == MessageStatus.ACCEPTED

    @rule(channel=st.sampled_from([channel for channel, _ in CHAIN]))
    def report_before_the_answer(self, channel: Channel) -> None:
        """A worker dies before it hears the answer, but the vendor has told of the message: it is not unknown."""
        self.note_ends()
        keys = self.leave_on_the_wire(channel)
        messages = list(Message.objects.filter(attempts__key__in=keys).select_related("step", "enrolment__version"))
        self.stage.post([self.stage.told(message, "handset_delivered") for message in messages])
        self.stage.run()
        self.let_leases_end()
        for message in messages:
            message.refresh_from_db()
            assert message.status == MessageStatus.ACCEPTED

    # --- Time and trouble

    @rule(minutes=st.sampled_from([1, 30, 61, 121, 250]))
    def wait(self, minutes: int) -> None:
        self.stage.forward(minutes=minutes)

    @rule(channel=st.sampled_from([channel for channel, _ in CHAIN]), is_on_the_wire=st.booleans())
    def a_worker_dies(self, channel: Channel, is_on_the_wire: bool) -> None:
        if is_on_the_wire:
            self.leave_on_the_wire(channel)
        else:
            claim(self.stage.sender(channel), now=clock.now(), limit=10)
        self.let_leases_end()

    @rule(channel=st.sampled_from([channel for channel, _ in CHAIN]))
    def hold_or_release(self, channel: Channel) -> None:
        """The vendor has refused the account, or somebody has mended it."""
        sender = Sender.objects.get(pk=self.stage.sender(channel).pk)
        if sender.held_at:
            control.release_sender(sender=sender, actor=None)
        else:
            Sender.objects.filter(pk=sender.pk).update(held_at=clock.now())
        self.stage.run()

    @precondition(lambda self: not self.is_over())
    @rule()
    def pause(self) -> None:
        if self.status() == CampaignStatus.RUNNING:
            control.pause(campaign=self.campaign, actor=None)
        else:
            control.resume(campaign=self.campaign, actor=None)
            self.stage.run()

    @precondition(lambda self: not self.is_over())
    @rule(is_meant=st.sampled_from([False, False, False, True]))
    def cancel(self, is_meant: bool) -> None:
        self.note_ends()
        if is_meant:
            control.cancel(campaign=self.campaign, actor=None)
            control.end_cancelled()
            for who in range(PEOPLE):
                self.must_end(who, Outcome.CANCELLED)

    # --- What must hold

    @invariant()
    def the_figures_add_up(self) -> None:
        assert campaign_report(self.campaign.pk).problems() == []
        assert differences(self.campaign.pk) == []

    @invariant()
    def nobody_gets_a_message_twice(self) -> None:
        sent = Counter(Attempt.objects.values_list("message_id", "address_hash"))
        assert max(sent.values(), default=0) <= 1

    @invariant()
    def who_ended_stays_so_and_nothing_of_theirs_is_under_way(self) -> None:
        for who, outcome in self.outcomes.items():
            assert self.outcome(who) == outcome
        waiting = Message.objects.exclude(enrolment__outcome="").filter(status__in=["queued", "claimed"])
        assert not waiting.exists()

    @invariant()
    def everybody_has_ended_or_is_looked_at_again(self) -> None:
        assert not Enrolment.objects.filter(outcome="", next_at=None).exists()
        assert not InboundRequest.objects.filter(state="failed").exists()

    @invariant()
    def finished_means_nobody_is_inside(self) -> None:
        """`finished` at 1,255 of 2,194: listmonk#2591."""
        if self.status() == CampaignStatus.FINISHED:
            assert not Enrolment.objects.open().exists()

    # --- The model

    def leave_on_the_wire(self, channel: Channel) -> list[uuid.UUID]:
        """A worker claims what is queued and marks it as sending, and nobody answers it; gives the keys."""
        token, _, outgoing = claimed_by(Sender.objects.get(pk=self.stage.sender(channel).pk))
        marked = mark_sending(outgoing, token=token, now=clock.now(), request_timeout=timedelta(seconds=1))
        return [uuid.UUID(piece.outbound.key) for piece in marked.pieces]

    def let_leases_end(self) -> None:
        """Whoever had messages in hand is dead."""
        let_leases_die()
        self.stage.run()

    def must_end(self, who: int, outcome: Outcome) -> None:
        """`who` has ended as `outcome` just now, or had ended before."""
        assert self.outcome(who) == self.outcomes.setdefault(who, outcome)

    def note_ends(self) -> None:
        """Those who came to the end of their chain, or were ended by what happened meanwhile."""
        for who in range(PEOPLE):
            if self.outcome(who):
                self.outcomes.setdefault(who, self.outcome(who))

    def outcome(self, who: int) -> str:
        return Enrolment.objects.get(contact=self.people[who]).outcome

    def status(self) -> str:
        return Campaign.objects.get(pk=self.campaign.pk).status

    def is_over(self) -> bool:
        return self.status() in {CampaignStatus.FINISHED, CampaignStatus.CANCELLED}

    def accepted_message(self, who: int, step: int) -> Message | None:
        return (
            Message.objects.filter(enrolment__contact=self.people[who], step__position=step, accepted_at__isnull=False)
            .select_related("step", "enrolment__version")
            .first()
        )


@pytest.mark.timeout(900)
def test_whatever_happens_the_cascade_keeps_its_rules(
    transactional_db: None, settings: LazySettings, vendor: SandboxThread
) -> None:
    settings.CLOCK_MAY_MOVE = True
    settings.PRIVATE_HOSTS = [vendor.sandbox.host]
    Cascades.vendor = vendor
    run_state_machine_as_test(
        Cascades,
        settings=hypothesis_settings(
            max_examples=10,
            stateful_step_count=10,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert connection.connection is not None
    assert not Contact.objects.exists()
