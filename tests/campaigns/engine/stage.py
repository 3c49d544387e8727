"""A stage for the engine: a frozen clock, a real vendor over HTTP, and people who do what the test says."""

import json
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.test import Client

from campaigns.engine import clock, hits, inbound, stats, ticking
from campaigns.engine.advance import advance
from campaigns.engine.deliver import deliver
from campaigns.engine.launch import enrol_audience
from campaigns.engine.routes import load_surroundings
from campaigns.links import click_url, open_url
from campaigns.models import Attempt, Campaign, Contact, Enrolment, Hit, Message
from campaigns.models.campaigns import CampaignStatus
from channels.crypto import seal
from channels.kinds import Channel
from channels.models import Account, Sender
from channels.signing import signature
from tests.campaigns.engine.sandbox_thread import SandboxThread
from tests.factories import NOON, RoutePlan, make_account, make_campaign, make_sender

BROWSER = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
SCANNER = "Barracuda Sentinel (EE)"


@dataclass
class Stage:
    """Where campaigns are played. Time stands still until `forward` moves it."""

    vendor: SandboxThread
    senders: dict[Channel, Sender] = field(default_factory=dict)

    def __post_init__(self) -> None:
        clock.run_at(shown_at=NOON, speed=0)
        ticking.note_tick(NOON)
        # Of the account at the vendor.
        self.name = f"stage-{uuid.uuid4().hex[:8]}"
        self.secrets = self.vendor.credentials(self.name)
        settings = {"url": self.vendor.sandbox.url, "deduplicates_hours": 24}
        self.account = make_account(settings=settings, credentials=seal(self.secrets))

    def sender(self, channel: Channel, *, account: Account | None = None, **settings: str) -> Sender:
        """The stage's sender on `channel`; with `settings` (a fault) one of its own."""
        if settings or account:
            return make_sender(
                channel=channel, account=account or self.account, settings=settings, rate_per_second=1000
            )
        if channel not in self.senders:
            # What the vendor reports, and when, is the test's to say.
            silent = {"fault": "no_receipts"}
            self.senders[channel] = make_sender(
                channel=channel, account=self.account, rate_per_second=1000, settings=silent
            )
        return self.senders[channel]

    @contextmanager
    def holding(self, channel: Channel) -> Iterator[Sender]:
        """The stage's sender on `channel`, which sends nothing until the end of the block: what it gets is queued."""
        sender = self.sender(channel)
        Sender.objects.filter(pk=sender.pk).update(held_at=clock.now())
        yield sender
        Sender.objects.filter(pk=sender.pk).update(held_at=None)
        sender.refresh_from_db()

    def launch(self, *routes: RoutePlan, **fields: object) -> Campaign:
        """A running campaign for every contact there is, everybody let in."""
        campaign = make_campaign(routes=routes, status=CampaignStatus.RUNNING, **fields)
        enrol_audience(campaign.pk)
        self.run()
        return campaign

    def run(self) -> None:
        """Do all that can be done now, as ticks and tasks would, until nothing is left.

        What waits until its vendor may be asked again in real time stays where it is.
        """
        for _ in range(50):
            work = ticking.tick()
            sent = sum(deliver(sender_id).sent for sender_id in work.sender_ids)
            now = clock.now()
            count, _senders = advance(now)
            count += hits.drain(now, load=load_surroundings) + inbound.drain(now, load=load_surroundings)
            if not count and not sent:
                stats.fold()
                return
        raise AssertionError("the engine does not come to rest")

    def forward(self, **duration: float) -> datetime:
        """Let time pass, tick by tick, so that no gap comes of it."""
        target = clock.now() + timedelta(**duration)
        while clock.now() < target:
            clock.run_at(shown_at=min(clock.now() + timedelta(hours=2), target), speed=0)
            self.run()
        return target

    def report(self, message: Message, word: str, *, text: str = "", event_id: str = "") -> None:
        """The vendor reports `word` (of its own vocabulary) about `message`, and the product reads it."""
        self.post([self.told(message, word, text=text, event_id=event_id)])
        self.run()

    def told(self, message: Message, word: str, *, text: str = "", event_id: str = "") -> dict[str, str]:
        """One event as the vendor writes it."""
        attempt = message.attempts.order_by("id").last()
        assert attempt is not None
        return {
            "type": word,
            "event_id": event_id or uuid.uuid4().hex,
            "client_key": attempt.key.hex,
            "message_id": attempt.vendor_message_id or "",
            "text": text,
        }

    def post(self, events: Sequence[dict[str, str]]) -> int:
        """Send a signed webhook; gives the status it was answered with."""
        body = json.dumps({"events": list(events)}).encode()
        timestamp = str(int(time.time()))
        answer = Client().post(
            f"/hooks/{self.account.webhook_token}/",
            body,
            content_type="application/json",
            headers={
                "x-sandbox-timestamp": timestamp,
                "x-sandbox-signature": signature(self.secrets["webhook_secret"], timestamp=timestamp, body=body),
            },
        )
        return answer.status_code

    def hit(
        self,
        message: Message,
        *,
        kind: Hit.Kind = Hit.Kind.CLICK,
        agent: str = BROWSER,
        after: timedelta = timedelta(minutes=1),
    ) -> None:
        """Somebody with the user agent `agent` asks for the link (or the pixel) of `message`, `after` this long."""
        clock.run_at(shown_at=clock.now() + after, speed=0)
        self.ask_for(message, kind=kind, agent=agent)
        self.run()

    def ask_for(self, message: Message, *, kind: Hit.Kind = Hit.Kind.CLICK, agent: str = BROWSER) -> None:
        """The request alone; what it means the product finds out later."""
        attempt = message.attempts.order_by("id").last()
        assert attempt is not None
        url = click_url(attempt.token or "", 0) if kind == Hit.Kind.CLICK else open_url(attempt.pk)
        answer = Client().get(urlsplit(url).path, headers={"user-agent": agent})
        assert answer.status_code in {200, 302}


def enrolment_of(contact: Contact) -> Enrolment:
    """The only enrolment of `contact`, as it is now."""
    return Enrolment.objects.get(contact=contact)


def messages_of(contact: Contact) -> list[Message]:
    """The messages of `contact` in the order of the chain, as they are now."""
    return list(
        Message.objects.filter(enrolment__contact=contact)
        .select_related("step", "enrolment")
        .order_by("step__position")
    )


def requests_of(contact: Contact) -> list[Attempt]:
    """The attempts that were made for `contact`."""
    return list(Attempt.objects.filter(message__enrolment__contact=contact).order_by("id"))
