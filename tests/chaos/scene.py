"""What a case is told with: its campaign, its judge, locks that make something wait, and the end of it all."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, LiteralString

import psycopg
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from campaigns.engine import clock, control
from campaigns.engine.goals import record_goal
from campaigns.engine.launch import launch
from campaigns.models import Campaign, Condition, Enrolment, Event, Message, Outcome
from campaigns.models.campaigns import CampaignStatus
from campaigns.models.consent import Purpose
from campaigns.models.messages import MessageStatus
from cascade_site import processes
from cascade_site.children import Child
from channels.crypto import seal
from channels.events import EventType
from channels.kinds import Channel
from channels.models import Account, Sender
from tests.chaos.ground import LANGUAGES, PATIENCE_S, SENDING_TASKS, Ground, kill
from tests.chaos.judge import KEY_HEADER, Judge
from tests.chaos.storm import Hook, Report
from tests.factories import RoutePlan, StepPlan, make_account, make_campaign, make_segment, make_sender
from tests.ports import free_port, is_listening

# What one task may have on the wire at once; and so few that almost nobody is under way where a worker dies.
IN_FLIGHT = 16
FEW = 4
SPEAK_ENGLISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["en"]}]}
BODY = '{"to": "{{ to }}", "from": "{{ sender }}", "text": "{{ text }}"}'
WEBHOOK_SECRET = "only the judge knows this secret"
REPORTS = {
    "webhook_secret_in": "header",
    "event_key_path": "reference",
    "event_status_path": "status",
    "event_time_path": "time",
    "status_words": "SENT = sent\nDELIVRD = delivered\nREAD = opened\nUNDELIV = failed",
}
UNHURRIED = 1_000_000
# Leases are not longer than a minute (claiming.LEASE, marking.MARGIN with a request's timeout).
LEASES_END = timedelta(minutes=1)
TIMEOUT = timedelta(hours=1)


@dataclass(kw_only=True)
class Scene:
    """One case under way, with `people` in its campaign, of whom each task may have `at_once` on the wire.

    `most_unknown` is how many messages may end as unknown; `pauses` are when nothing may leave, from when until when;
    `notes` go into the table.
    """

    ground: Ground
    campaign: Campaign = field(init=False)
    account: Account = field(init=False)
    sender: Sender = field(init=False)
    people: int = 0
    at_once: int = IN_FLIGHT
    web_port: int = 0
    most_unknown: int = 0
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def judge(self) -> Judge:
        """The vendor."""
        return self.ground.judge

    @property
    def most_in_flight(self) -> int:
        """How many requests all tasks of the worker that sends may have on the wire together."""
        return SENDING_TASKS * self.at_once

    def draft(
        self,
        *,
        steps: int = 1,
        rate: int = UNHURRIED,
        condition: Condition = Condition.CLICKED,
        timeout: timedelta = TIMEOUT,
        deduplicates: bool = False,
        at_once: int = IN_FLIGHT,
        is_for_everybody: bool = False,
        purpose: Purpose = Purpose.MARKETING,
    ) -> None:
        """A campaign: `steps` SMS, one after another, from a sender that may send `rate` a second.

        It is for the people of one language, or for everybody. The account allows a task `at_once` requests.
        """
        self.people = self.ground.people * (LANGUAGES if is_for_everybody else 1)
        self.at_once = at_once
        self.judge.honours_keys = deduplicates
        account = make_account(
            provider="generic_http",
            settings={
                "url": self.judge.url,
                "body": BODY,
                "key_header": KEY_HEADER,
                "id_path": "id",
                "requests_at_once": at_once,
                "deduplicates": deduplicates,
                **REPORTS,
            },
            credentials=seal({"webhook_secret": WEBHOOK_SECRET}),
        )
        sender = make_sender(channel=Channel.SMS, account=account, rate_per_second=rate)
        step = StepPlan(channel=Channel.SMS, sender=sender, condition=condition, timeout=timeout)
        self.campaign = make_campaign(
            routes=[RoutePlan(steps=[step] * steps)],
            text="Hello {{ first_name }}: {{ link }}",
            segment=None if is_for_everybody else make_segment(rule=SPEAK_ENGLISH),
            purpose=purpose,
        )
        self.sender, self.account = sender, account

    def begin(self, **fields: Any) -> None:
        """Draft a campaign, and let it begin."""
        self.draft(**fields)
        self.go()

    def go(self) -> None:
        """Let the campaign begin."""
        launch(campaign=self.campaign, actor=None)

    # --- What there is

    def in_state(self, *states: MessageStatus) -> int:
        """How many messages are in one of these states."""
        return Message.objects.filter(campaign=self.campaign, status__in=states).count()

    @property
    def accepted(self) -> int:
        """How many messages the vendor has, as the product knows."""
        return Message.objects.filter(campaign=self.campaign, accepted_at__isnull=False).count()

    def open(self) -> int:
        """How many enrolments have not ended."""
        return Enrolment.objects.open().filter(campaign=self.campaign).count()

    def wait(self, is_so: Any, *, what: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until it is so; a database that is away answers no. Raises Impatient."""

        def is_told() -> bool:
            try:
                return bool(is_so())
            except (OperationalError, InterfaceError):
                connection.close()
                return False

        self.ground.wait(is_told, what=what, patience_s=patience_s)

    def wait_accepted(self, count: int) -> None:
        """Wait until the product knows that the vendor has so many messages, or more."""
        self.wait(lambda: self.accepted >= count, what=f"{count} messages have been accepted")

    def told(self, event_type: EventType) -> int:
        """How many events of one type are recorded."""
        return Event.objects.filter(campaign_id=self.campaign.pk, type=event_type).count()

    # --- What the vendor reports

    @contextmanager
    def web(self) -> Iterator[Child]:
        """The product's web server until the block ends."""
        port = free_port()
        web = self.ground.start(processes.web(host="127.0.0.1", port=port))
        try:
            self.web_port = port
            self.wait(lambda: is_listening(port), what="the web server listens")
            yield web
        finally:
            self.ground.dismiss(web)

    @property
    def hook(self) -> Hook:
        """Where the vendor's reports go."""
        return Hook(url=f"http://127.0.0.1:{self.web_port}/hooks/{self.account.webhook_token}/", secret=WEBHOOK_SECRET)

    def report(self, reports: Sequence[Report]) -> None:
        """The vendor sends `reports`, one after another, and each is taken."""
        assert all(self.hook.post(report) for report in reports), "every report was to be taken"

    # --- What befalls it

    def kill_engine(self, *, unflushed: int = 0) -> int:
        """kill -9 the worker that sends, with its children; gives how many messages it leaves as sending.

        They may be no more than its tasks may have on the wire and, for each task, as many answers as `unflushed`.
        """
        return self._kill(self.ground.engine, most_unknown=self.most_in_flight + SENDING_TASKS * unflushed)

    def kill_ticker(self) -> int:
        """The same for the worker that ticks and sends what is transactional, in a single task."""
        return self._kill(self.ground.ticker, most_unknown=self.at_once)

    def _kill(self, worker: Child, *, most_unknown: int) -> int:
        kill(worker)
        self.most_unknown = most_unknown
        under_way = self.in_state(MessageStatus.SENDING)
        assert under_way <= self.most_unknown, f"{under_way} were under way, and {self.most_unknown} may be"
        return under_way

    def end_leases(self) -> None:
        """A minute later nobody has extended the leases of a dead worker."""
        self._move_leases(where="true")

    def end_idle_leases(self) -> None:
        """The same for those leases of which nothing is on the wire, so that no living worker loses an answer."""
        self._move_leases(
            where="""NOT EXISTS (
                SELECT FROM campaigns_message m WHERE m.id = ANY(l.messages)
                AND m.claim_token = l.token AND m.status = 'sending'
            )"""
        )

    def _move_leases(self, *, where: LiteralString) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE campaigns_lease l SET until = until - %s WHERE {where}", [LEASES_END])

    def forward(self, by: timedelta) -> None:
        """Let the product's clock jump."""
        clock.shift(by)

    def close_windows(self) -> None:
        """Let the time of all steps pass, one after another, until nobody is inside any more. Raises Impatient."""
        for _ in range(self.campaign.version.routes.get().steps.count()):
            self.wait(lambda: not self.on_its_way(), what="everything has left")
            self.forward(TIMEOUT + timedelta(minutes=5))
        self.wait(self.is_over, what="the campaign has ended")

    def call_off(self) -> None:
        """Nothing of a case that broke may disturb the next one."""
        if hasattr(self, "campaign") and not self.is_over():
            with suppress(control.CannotDoThat):
                control.cancel(campaign=self.campaign, actor=None)
            self.wait(self.is_over, what="the campaign is cancelled")

    def on_its_way(self) -> int:
        """How many messages are on their way to the vendor, or have to be looked at by the engine at once."""
        states = (MessageStatus.QUEUED, MessageStatus.CLAIMED, MessageStatus.SENDING)
        due = Enrolment.objects.open().filter(campaign=self.campaign, next_at__lte=clock.now()).count()
        return self.in_state(*states) + due

    def is_over(self) -> bool:
        """Whether the campaign has come to its end."""
        status = Campaign.objects.values_list("status", flat=True).get(pk=self.campaign.pk)
        return status in {CampaignStatus.FINISHED, CampaignStatus.CANCELLED} and not self.open()

    def some_of(self, count: int) -> list[int]:
        """The ids of `count` enrolments, drawn by lot."""
        everybody = list(Enrolment.objects.filter(campaign=self.campaign).order_by("id").values_list("id", flat=True))
        return random.Random(self.campaign.pk).sample(everybody, count)

    def stop(self, enrolment_ids: Sequence[int]) -> None:
        """Each of them reaches the goal, in a transaction of its own."""
        for enrolment_id in enrolment_ids:
            record_goal(enrolment_ids=[enrolment_id], name="bought", occurred_at=None, dedupe_key=str(enrolment_id))

    @property
    def engaged(self) -> int:
        """How many people have acted."""
        return Enrolment.objects.filter(campaign=self.campaign, outcome=Outcome.ENGAGED).count()

    # --- Locks of ours, for which the product has to wait

    @contextmanager
    def gate_shut(self) -> Iterator["Lock"]:
        """Nothing of the campaign can be marked as sending meanwhile: the gate of its budget is shut."""
        with _lock(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", f"cascade budget {self.campaign.pk}"
        ) as lock:
            yield lock

    @contextmanager
    def enrolments_locked(self) -> Iterator["Lock"]:
        """No answer can be recorded meanwhile: the campaign's enrolments are locked."""
        query = "SELECT id FROM campaigns_enrolment WHERE campaign_id = %s ORDER BY id FOR UPDATE"
        with _lock(query, self.campaign.pk) as lock:
            yield lock


@dataclass(frozen=True, kw_only=True)
class Lock:
    """A lock of ours, held by the session `pid`."""

    pid: int

    def blocks(self) -> int:
        """How many other sessions wait for it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))", [self.pid])
            count: int = cursor.fetchone()[0]
        return count


@contextmanager
def _lock(query: Any, value: object) -> Iterator[Lock]:
    """Hold what `query` locks in a transaction of its own."""
    with psycopg.connect(settings.DATABASE_URL) as session:
        session.execute(query, [value])
        yield Lock(pid=session.info.backend_pid)
        session.rollback()
