"""What must hold of a cascade whatever happens to it: the model behind test_property.py, with the vendor as judge."""

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant

from campaigns.engine import clock, control
from campaigns.engine.receipts import KEYED_TRIES
from campaigns.models import Attempt, Campaign, Condition, Enrolment, Message
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import AttemptStatus, MessageStatus
from campaigns.reports import campaign_report
from channels.kinds import Channel
from channels.models import InboundRequest, Sender, SenderState
from tests.campaigns.engine.sandbox_thread import SandboxThread
from tests.campaigns.engine.stage import Stage
from tests.campaigns.recounting import differences
from tests.channels.sandbox_server import Asked
from tests.factories import NOON, RoutePlan, StepPlan, make_contact

CHAIN = (
    (Channel.SMS, Condition.CLICKED),
    (Channel.VIBER, Condition.OPENED),
    (Channel.WHATSAPP, Condition.CLICKED),
)
CHANNELS = tuple(channel for channel, _ in CHAIN)
PEOPLE = 8
WINDOW = timedelta(hours=2)
# What the vendor reports, and when, is the test's to say.
IN_ORDER = "no_receipts"
# After these answers nobody but the vendor knows whether it has the message.
UNCLEAR = frozenset({"error_500", "error_500_taken", "no_answer", "no_answer_taken", "half_answer", "reset_taken"})
HOURS_KEPT = 24
ANSWERS = st.sampled_from(
    [IN_ORDER, IN_ORDER, "error_500", "error_500_taken", "throttled", "half_answer", "reset_taken"]
)
# However often the clock went back, the chain is over after so many.
MOST_WINDOWS = 24


class ModelledCascade(RuleBasedStateMachine):
    """A cascade, and a model that knows who must have ended, how, and what may not leave. Its heirs have the rules."""

    vendor: ClassVar[SandboxThread]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.outcomes: dict[int, str] = {}
        # Those for whom something fell due while nothing ticked, for longer than the grace.
        self.missed: set[int] = set()
        # How much the vendor had been asked for somebody when they were first seen to have ended.
        self.asked_until_end: dict[int, int] = {}
        # The same of everything, since nothing may leave any more; and of the channels whose sender is held.
        self.asked_until_pause: int | None = None
        self.asked_until_held: dict[Channel, int] = {}
        # How often the vendor had been asked under a key when the worker who used it died.
        self.died_with: dict[str, int] = {}
        self.latest = NOON

    def teardown(self) -> None:
        try:
            # What has gone wrong before says so by itself.
            if sys.exc_info()[0] is None:
                self.all_is_well_again()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @initialize(
        may_track=st.lists(st.booleans(), min_size=PEOPLE, max_size=PEOPLE),
        keeps_keys=st.booleans(),
        answers=st.tuples(*[ANSWERS] * len(CHAIN)),
    )
    def launch(self, may_track: list[bool], keeps_keys: bool, answers: tuple[str, ...]) -> None:
        self.keeps_keys = keeps_keys
        self.stage = Stage(vendor=self.vendor)
        self.stage.account.settings |= {"deduplicates_hours": HOURS_KEPT if keeps_keys else 0}
        self.stage.account.save(update_fields=["settings"])
        self.people = [
            make_contact(phone=f"+38067100000{number}", consents=CHANNELS, is_trackable=is_trackable)
            for number, is_trackable in enumerate(may_track)
        ]
        self.numbers = {person.pk: number for number, person in enumerate(self.people)}
        steps = [
            StepPlan(channel=channel, condition=condition, sender=self.stage.sender(channel), timeout=WINDOW)
            for channel, condition in CHAIN
        ]
        with self.holding_everything():
            self.campaign = self.stage.launch(RoutePlan(steps=steps))
        for channel, fault in zip(CHANNELS, answers, strict=True):
            self.let_answer(self.sender(channel), fault)

    # --- What must hold

    @invariant()
    def the_figures_add_up(self) -> None:
        assert campaign_report(self.campaign.pk).problems() == []
        assert differences(self.campaign.pk) == []

    @invariant()
    def the_vendor_has_nothing_twice(self) -> None:
        """By its own books: one message for each person, step and address, and none that we do not know of."""
        places, taken = self.places(), self.vendor.taken(self.stage.name)
        assert {one.key for one in taken} <= places.keys()
        got = Counter((*places[one.key], one.address) for one in taken)
        assert max(got.values(), default=0) <= 1
        accepted = Attempt.objects.filter(status=AttemptStatus.ACCEPTED).values_list("key", flat=True)
        assert {key.hex for key in accepted} <= {one.key for one in taken}

    @invariant()
    def nobody_is_asked_again_without_a_clear_answer(self) -> None:
        """Unless the vendor recognises the key."""
        if self.keeps_keys:
            return
        asked = self.asked()
        over: set[str] = set()
        for one in asked:
            assert one.key not in over
            if one.fault in UNCLEAR:
                over.add(one.key)
        counts = Counter(one.key for one in asked)
        assert all(counts[key] == before for key, before in self.died_with.items())

    @invariant()
    def only_what_nobody_answered_is_unknown(self) -> None:
        """And where the vendor recognises keys, only what it left unanswered again and again, or has forgotten."""
        self.latest = max(self.latest, clock.now())
        unanswered = {one.key for one in self.asked() if one.fault in UNCLEAR} | self.died_with.keys()
        rows = Attempt.objects.filter(status=AttemptStatus.UNKNOWN).values_list("key", "message_id")
        assert {key.hex for key, _ in rows} <= unanswered
        unknown = Message.objects.filter(status=MessageStatus.UNKNOWN).select_related("enrolment")
        assert {message.pk for message in unknown} <= {message_id for _, message_id in rows}
        if self.keeps_keys:
            for message in unknown:
                assert message.enrolment.outcome or message.tries >= KEYED_TRIES or self.is_forgotten(message)

    @invariant()
    def nothing_leaves_in_a_pause_or_by_a_held_sender(self) -> None:
        asked = self.asked()
        if self.asked_until_pause is not None:
            assert len(asked) == self.asked_until_pause
        by_channel = Counter(one.channel for one in asked)
        assert {channel: by_channel[channel] for channel in self.asked_until_held} == self.asked_until_held

    @invariant()
    def who_ended_stays_so_and_gets_nothing_more(self) -> None:
        ends, places = self.ends(), self.places()
        asked = Counter(places[one.key][0] for one in self.asked())
        for who, outcome in ends.items():
            assert self.outcomes.setdefault(who, outcome) == outcome
            assert self.asked_until_end.setdefault(who, asked[who]) == asked[who]
        assert self.outcomes.keys() == ends.keys()
        assert {who for who, outcome in ends.items() if outcome == Outcome.MISSED} <= self.missed
        waiting = Message.objects.exclude(enrolment__outcome="").filter(status__in=["queued", "claimed"])
        assert not waiting.exists()

    @invariant()
    def everybody_has_ended_or_is_looked_at_again(self) -> None:
        assert Enrolment.objects.count() == PEOPLE
        assert not Enrolment.objects.filter(outcome="", next_at=None).exists()
        assert not InboundRequest.objects.filter(state="failed").exists()

    @invariant()
    def finished_means_nobody_is_inside(self) -> None:
        """`finished` at 1,255 of 2,194: listmonk#2591."""
        if self.status() == CampaignStatus.FINISHED:
            assert not Enrolment.objects.open().exists()

    def all_is_well_again(self) -> None:
        """Nobody is lost: once everything is mended the cascade comes to its end by itself."""
        for channel in CHANNELS:
            self.let_answer(self.sender(channel), IN_ORDER)
            self.release(self.sender(channel))
        if self.status() == CampaignStatus.PAUSED:
            self.resume()
        for _ in range(MOST_WINDOWS):
            if Enrolment.objects.open().exists():
                self.let_pass(120)
        self.stage.run()
        assert self.is_over()
        self.the_vendor_has_nothing_twice()
        self.the_figures_add_up()

    # --- The model

    def asked(self) -> list[Asked]:
        """What the vendor was asked to send, refused or not."""
        return self.vendor.asked(self.stage.name)

    def places(self) -> dict[str, tuple[int, int]]:
        """By the key of each attempt its person and its step."""
        rows = Attempt.objects.values_list("key", "message__enrolment__contact", "message__step__position")
        return {key.hex: (self.numbers[contact_id], position) for key, contact_id, position in rows}

    def ends(self) -> dict[int, str]:
        """The outcomes of those who have ended."""
        rows = Enrolment.objects.exclude(outcome="").values_list("contact", "outcome")
        return {self.numbers[contact_id]: outcome for contact_id, outcome in rows}

    def note_ends(self) -> None:
        """Those who came to the end of their chain, or were ended by what happened meanwhile."""
        for who, outcome in self.ends().items():
            self.outcomes.setdefault(who, outcome)

    def must_end(self, who: int, outcome: Outcome) -> None:
        """`who` has ended as `outcome` just now, or had ended before."""
        assert self.outcome(who) == self.outcomes.setdefault(who, outcome)

    def outcome(self, who: int) -> str:
        return self.ends().get(who, "")

    def due_to_be_missed(self, until: datetime) -> set[int]:
        """Who is missed when nothing ticks until then, which is beyond the grace: all but those held on purpose."""
        held = set(Sender.objects.exclude(held_at=None).values_list("pk", flat=True))
        is_paused = self.status() == CampaignStatus.PAUSED
        missed = set()
        for enrolment in Enrolment.objects.open():
            current = enrolment.messages.select_related("step").order_by("step__position").last()
            assert current is not None
            is_queued = current.status == MessageStatus.QUEUED
            is_held = is_queued and (is_paused or current.sender_id in held)
            is_waiting = not is_queued and current.decide_at is not None and current.decide_at >= until
            if not is_held and not is_waiting:
                missed.add(self.numbers[enrolment.contact_id])
        return missed

    def is_due(self, who: int, at: datetime) -> bool:
        """Whether something is decided about `who` at that time by itself."""
        return Enrolment.objects.open().filter(contact=self.people[who], next_at__lte=at).exists()

    def is_forgotten(self, message: Message) -> bool:
        """Whether there was a time so far at which the vendor had forgotten the key of `message`."""
        assert message.first_attempt_at is not None
        return self.latest - message.first_attempt_at >= timedelta(hours=HOURS_KEPT)

    def status(self) -> str:
        return Campaign.objects.values_list("status", flat=True).get(pk=self.campaign.pk)

    def is_over(self) -> bool:
        return self.status() in {CampaignStatus.FINISHED, CampaignStatus.CANCELLED}

    def accepted_message(self, who: int, step: int) -> Message | None:
        return (
            Message.objects.filter(enrolment__contact=self.people[who], step__position=step, accepted_at__isnull=False)
            .select_related("step", "enrolment__version")
            .first()
        )

    # --- What operators and time do

    @contextmanager
    def holding_everything(self) -> Iterator[None]:
        """Nothing leaves before the end of the block: what comes to a step waits in the queue."""
        free = Sender.objects.filter(pk__in=[self.stage.sender(channel).pk for channel in CHANNELS], held_at=None)
        held = list(free.values_list("pk", flat=True))
        free.update(held_at=clock.now())
        asked = len(self.asked())
        yield
        assert len(self.asked()) == asked
        Sender.objects.filter(pk__in=held).update(held_at=None)

    def let_pass(self, minutes: int) -> None:
        """Time passes, for the vendor too, that may have asked for a pause."""
        SenderState.objects.update(closed_until=None)
        self.stage.forward(minutes=minutes)

    def let_answer(self, sender: Sender, fault: str) -> None:
        """The vendor answers what comes by `sender` with `fault` from now on."""
        Sender.objects.filter(pk=sender.pk).update(settings={"fault": fault})

    def release(self, sender: Sender) -> None:
        control.release_sender(sender=sender, actor=None)
        self.asked_until_held.pop(Channel(sender.channel), None)

    def resume(self) -> None:
        control.resume(campaign=self.campaign, actor=None)
        self.asked_until_pause = None
        self.stage.run()

    def sender(self, channel: Channel) -> Sender:
        """The sender on `channel`, as it is now."""
        return Sender.objects.select_related("account").get(pk=self.stage.sender(channel).pk)

    def busy(self) -> list[Sender]:
        """The senders that may send, and have something to."""
        return [
            sender
            for sender in map(self.sender, CHANNELS)
            if not sender.held_at and Message.objects.filter(sender=sender, is_queued=True).exists()
        ]
