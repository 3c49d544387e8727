"""Whole cascades driven at random against a simple model: what must hold, holds after every step."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from django.conf import LazySettings
from django.db import connection
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from campaigns.engine import clock, control
from campaigns.engine.claiming import claim
from campaigns.engine.deliver import deliver
from campaigns.engine.goals import record_goal
from campaigns.engine.marking import mark_sending
from campaigns.engine.outgoing import Piece
from campaigns.engine.wire import Wire
from campaigns.models import Attempt, Condition, Contact, Enrolment, Event, Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import AttemptStatus, MessageStatus
from campaigns.signals_policy import TOO_SOON
from channels.kinds import Channel
from channels.models import Account, Sender
from channels.opening import open_provider
from channels.providers.sandbox import SandboxProvider
from tests.campaigns.engine.cascade_model import ANSWERS, CHANNELS, PEOPLE, ModelledCascade
from tests.campaigns.engine.sandbox_thread import SandboxThread
from tests.campaigns.engine.stage import SCANNER
from tests.campaigns.engine.workers import claimed_by, let_leases_die
from tests.until import wait_until

# Acts of people and vendors, and the conditions that each fulfils.
SUCCESSES = {"seen": {Condition.OPENED}, "reply": {Condition.CLICKED, Condition.OPENED}}
WHO = st.integers(0, PEOPLE - 1)
STEP = st.integers(0, len(CHANNELS) - 1)
CHANNEL = st.sampled_from(CHANNELS)
# So long after the step before somebody is due for the next, or is not.
MINUTES = st.sampled_from([30, 121, 121])
# How long to wait for a vendor that says nothing at all.
SILENCE = timedelta(seconds=0.2)
PATIENCE_S = 60.0
LINK_IS_FOLLOWED_AFTER = timedelta(minutes=1)


class Cascades(ModelledCascade):
    """People, a vendor and operators do things in any order; the model knows who must have ended, and how."""

    # --- What people and the vendor do

    @rule(who=WHO, step=STEP, word=st.sampled_from(["seen", "reply", "sent", "odd"]))
    def report(self, who: int, step: int, word: str) -> None:
        message = self.accepted_message(who, step)
        if message:
            self.stage.report(message, word, text="Thanks!")
            if message.step.condition in SUCCESSES.get(word, set()):
                self.must_end(who, Outcome.ENGAGED)

    @rule(who=WHO, step=STEP)
    def click(self, who: int, step: int) -> None:
        message = self.accepted_message(who, step)
        at = clock.now() + LINK_IS_FOLLOWED_AFTER
        if message is None or self.is_due(who, at):
            return
        assert message.accepted_at
        self.stage.hit(message, after=LINK_IS_FOLLOWED_AFTER)
        # Nothing is kept of a click by somebody who may not be tracked; one before the message, by a clock that has
        # gone back, is a machine's.
        if self.people[who].is_trackable and at > message.accepted_at + TOO_SOON:
            self.must_end(who, Outcome.ENGAGED)

    @rule(who=WHO, step=STEP)
    def scan(self, who: int, step: int) -> None:
        message = self.accepted_message(who, step)
        before = self.outcome(who)
        if message:
            self.stage.hit(message, agent=SCANNER, after=timedelta(0))
            assert self.outcome(who) == before

    @rule(who=WHO, step=STEP, word=st.sampled_from(["undelivered", "ttl_expired"]))
    def fail(self, who: int, step: int, word: str) -> None:
        message = self.accepted_message(who, step)
        if message:
            self.stage.report(message, word)
            assert self.outcome(who) in {self.outcomes.get(who, ""), Outcome.EXHAUSTED}

    @rule(who=WHO, step=STEP)
    def say_stop(self, who: int, step: int) -> None:
        message = self.accepted_message(who, step)
        if message:
            self.stage.report(message, "reply", text="STOP")
            self.must_end(who, Outcome.SUPPRESSED)

    @rule(who=WHO, again=st.booleans())
    def buy(self, who: int, again: bool) -> None:
        enrolment = Enrolment.objects.get(contact=self.people[who])
        for _ in range(2 if again else 1):
            record_goal(enrolment_ids=[enrolment.pk], name="bought", occurred_at=None, dedupe_key="order-1")
        self.must_end(who, Outcome.ENGAGED)

    # --- Reports that come twice, early, in the wrong order and against each other

    @rule(who=WHO, step=STEP, word=st.sampled_from(["handset_delivered", "seen"]))
    def report_twice(self, who: int, step: int, word: str) -> None:
        """The same event, twice in one webhook and once more in another, counts once."""
        message = self.accepted_message(who, step)
        if message:
            told_before = Event.objects.filter(message_id=message.pk).count()
            event = self.stage.told(message, word)
            for webhook in ([event, event], [event]):
                assert self.stage.post(webhook) == 200
                self.stage.run()
            assert Event.objects.filter(message_id=message.pk).count() == told_before + 1

    @rule(who=WHO, step=STEP, words=st.permutations(["sent", "handset_delivered", "undelivered"]))
    def contradict(self, who: int, step: int, words: list[str]) -> None:
        """What was delivered stays so, whatever else the vendor says of it, and whenever."""
        message = self.accepted_message(who, step)
        if message:
            assert self.stage.post([self.stage.told(message, word) for word in words]) == 200
            self.stage.run()
            message.refresh_from_db()
            assert message.delivered_at
            assert message.status == MessageStatus.ACCEPTED

    @rule(minutes=MINUTES)
    def report_before_the_answer(self, minutes: int) -> None:
        """A worker dies before it hears the answer, but the vendor has told of the message: it is not unknown."""
        self.queue_up(minutes)
        keys = {piece.outbound.key for sender in self.busy() for piece in self.leave_on_the_wire(sender, is_sent=True)}
        has = [one.key for one in self.vendor.taken(self.stage.name) if one.key in keys]
        messages = list(Message.objects.filter(attempts__key__in=has).select_related("step", "enrolment__version"))
        self.stage.post([self.stage.told(message, "handset_delivered") for message in messages])
        self.stage.run()
        self.let_leases_end()
        for message in messages:
            message.refresh_from_db()
            assert message.status == MessageStatus.ACCEPTED

    # --- The vendor's troubles

    @rule(channel=CHANNEL, fault=ANSWERS)
    def the_vendor_changes(self, channel: Channel, fault: str) -> None:
        """It answers so from now on: with 500, with 429 and Retry-After, with half an answer, or as it should."""
        self.let_answer(self.sender(channel), fault)

    @rule(is_taken=st.booleans(), minutes=MINUTES)
    def the_vendor_says_nothing(self, is_taken: bool, minutes: int) -> None:
        """Of what it is asked now nobody ever hears."""
        self.queue_up(minutes)
        for sender in self.busy():
            self.let_answer(sender, "no_answer_taken" if is_taken else "no_answer")
            with pytest.MonkeyPatch.context() as patience:
                patience.setattr(SandboxProvider, "request_timeout", SILENCE)
                deliver(sender.pk)
            self.wait_for_the_vendor()
            self.let_answer(sender, sender.settings["fault"])
        self.stage.run()

    # --- Time and trouble

    @rule(minutes=st.sampled_from([1, 30, 61, 121, 250]))
    def wait(self, minutes: int) -> None:
        self.let_pass(minutes)

    @rule(minutes=MINUTES)
    def fall_due(self, minutes: int) -> None:
        """Whatever happens next finds messages in the queue."""
        self.queue_up(minutes)

    @rule(hours=st.sampled_from([1, 11, 13]))
    def nobody_looks(self, hours: int) -> None:
        """Nothing ticks for so long. Within the grace of 12 hours this only delays; beyond it nothing leaves late."""
        self.note_ends()
        target = clock.now() + timedelta(hours=hours)
        is_too_long = timedelta(hours=hours) > self.campaign.grace
        missed = self.due_to_be_missed(target) if is_too_long else set()
        self.missed |= missed
        asked = len(self.asked())
        clock.run_at(shown_at=target, speed=0)
        self.stage.run()
        for who in missed:
            self.must_end(who, Outcome.MISSED)
        assert not is_too_long or len(self.asked()) == asked

    @rule(minutes=st.sampled_from([1, 60]))
    def the_clock_goes_back(self, minutes: int) -> None:
        clock.run_at(shown_at=clock.now() - timedelta(minutes=minutes), speed=0)
        self.stage.run()

    @rule(minutes=MINUTES, how_far=st.sampled_from(["claimed", "marked", "sent"]))
    def a_worker_dies(self, minutes: int, how_far: str) -> None:
        """After it has claimed messages, after it has marked them as sending, or after the vendor has them."""
        self.queue_up(minutes)
        for sender in self.busy():
            if how_far == "claimed":
                claim(sender, now=clock.now(), limit=PEOPLE)
            else:
                self.leave_on_the_wire(sender, is_sent=how_far == "sent")
        self.let_leases_end()

    @rule(channel=CHANNEL)
    def hold_or_release(self, channel: Channel) -> None:
        """The vendor has refused the account, or somebody has mended it."""
        sender = self.sender(channel)
        if sender.held_at:
            self.release(sender)
        else:
            Sender.objects.filter(pk=sender.pk).update(held_at=clock.now())
            self.asked_until_held[channel] = Counter(one.channel for one in self.asked())[channel]
        self.stage.run()

    @precondition(lambda self: not self.is_over())
    @rule()
    def pause(self) -> None:
        if self.status() == CampaignStatus.RUNNING:
            control.pause(campaign=self.campaign, actor=None)
            self.asked_until_pause = len(self.asked())
        else:
            self.resume()

    @precondition(lambda self: not self.is_over())
    @rule(is_meant=st.sampled_from([False, False, False, True]))
    def cancel(self, is_meant: bool) -> None:
        self.note_ends()
        if is_meant:
            control.cancel(campaign=self.campaign, actor=None)
            self.asked_until_pause = len(self.asked())
            control.end_cancelled()
            for who in range(PEOPLE):
                self.must_end(who, Outcome.CANCELLED)

    # --- How it is done

    def queue_up(self, minutes: int) -> None:
        """Let time pass in which nothing leaves: whoever came to a step is in the queue now."""
        with self.holding_everything():
            self.let_pass(minutes)

    def wait_for_the_vendor(self) -> None:
        """It reads whatever it was asked, also where nobody waits for its answer any more."""
        rows = Attempt.objects.filter(status=AttemptStatus.UNKNOWN).values_list("key", flat=True)
        sent = {key.hex for key in rows} - self.died_with.keys()
        wait_until(
            lambda: sent <= {one.key for one in self.asked()},
            what="the vendor has read what it was asked",
            patience_s=PATIENCE_S,
            every_s=0.01,
        )

    def leave_on_the_wire(self, sender: Sender, *, is_sent: bool) -> Sequence[Piece]:
        """A worker marks what is queued as sending, sends it if `is_sent`, and dies before it records an answer."""
        token, _, outgoing = claimed_by(sender)
        pieces = mark_sending(outgoing, token=token, now=clock.now(), request_timeout=timedelta(seconds=20)).pieces
        if is_sent and pieces:
            self.send_and_forget(sender.account, pieces)
        asked = Counter(one.key for one in self.asked())
        self.died_with |= {piece.outbound.key: asked[piece.outbound.key] for piece in pieces}
        return pieces

    def send_and_forget(self, account: Account, pieces: Sequence[Piece]) -> None:
        """The vendor is asked, and answers somebody who will not tell."""
        with Wire(lambda: open_provider(account)) as wire:
            wire.send([piece.outbound for piece in pieces])
            while wire.in_flight:
                wire.receipts(wait=timedelta(seconds=1), enough=len(pieces))

    def let_leases_end(self) -> None:
        """Whoever had messages in hand is dead."""
        let_leases_die()
        self.stage.run()


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
            max_examples=20,
            stateful_step_count=15,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert connection.connection is not None
    assert not Contact.objects.exists()
