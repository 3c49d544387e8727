"""Plays one launched campaign to its end: the engine decides, sends and records, and time jumps to what comes next."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from campaigns.engine import deliver, hits, inbound, stats, ticking
from campaigns.engine.advance import advance
from campaigns.engine.kept import KeptSurroundings
from campaigns.engine.shifts import Shift
from campaigns.models import Campaign
from campaigns.models.campaigns import CampaignStatus
from campaigns.sample.history.lane import Lane
from campaigns.sample.history.vendor import PlayedVendor
from campaigns.sample.history.wire import PlayedWire
from channels.models import Sender
from channels.rows import run

# A frame costs the same for one person as for hundreds, so that it waits for those who come right after the first:
# whoever is due is looked at so late,
LATEST = timedelta(minutes=1)
# and what somebody did is reported so late, or when so many gestures have happened and the rush is over.
LATEST_REPORT = timedelta(hours=2)
MANY = 500
RUSH = timedelta(seconds=30)
# Nobody else waits for a lane, so that all of a campaign's people are decided, and sent to, together.
TOGETHER = 4000

# When the campaign's people, and undecided hits, are looked at next.
NEXT = """
SELECT
    (
        SELECT next_at FROM campaigns_enrolment WHERE campaign_id = %(campaign)s AND outcome = ''
        ORDER BY next_at LIMIT 1
    ),
    (SELECT decide_at FROM campaigns_hit WHERE is_machine IS NULL AND decide_at < %(end)s ORDER BY decide_at LIMIT 1)
"""


class DoesNotEnd(Exception):
    """Time goes on and nothing happens: a defect, not a campaign."""


@dataclass(frozen=True, kw_only=True)
class Act:
    """What somebody does about a campaign at a certain time: lets people in, pauses, resumes or cancels it."""

    at: datetime
    do: Callable[[], object]


def _kept() -> KeptSurroundings:
    """Kept for the whole campaign: nobody changes its steps, or the account's settings, within a transaction."""
    return KeptSurroundings(now=lambda: 0.0)


@dataclass(kw_only=True)
class Play:
    """One campaign being played in `lane`; `acts` happen at their time. Nothing happens at `end` or after it."""

    campaign: Campaign
    lane: Lane
    vendor: PlayedVendor
    end: datetime
    acts: Sequence[Act] = ()
    _load: KeptSurroundings = field(default_factory=_kept)
    _is_finished: bool = False

    def to_the_end(self) -> None:
        """Play until nobody is inside and nothing more will be heard of any message. Raises DoesNotEnd."""
        left = sorted(self.acts, key=lambda act: act.at)
        self._move_on()
        while (at := self._next(left)) is not None:
            now = self.lane.jump(at)
            while left and left[0].at <= now:
                left.pop(0).do()
            self.vendor.happen()
            self._hear()
            self._move_on()
        self._finish()
        while stats.fold():
            pass

    def _next(self, acts: Sequence[Act]) -> datetime | None:
        """The instant to look at next: when an act, somebody who is due, or what has happened, cannot wait longer."""
        ((due_at, decide_at),) = run(NEXT, {"campaign": self.campaign.pk, "end": self.end})
        if due_at is None and not self._is_finished:
            self._finish()
        times = [acts[0].at if acts else None, due_at and due_at + LATEST, self._reported_at(decide_at)]
        at = min(filter(None, times), default=None)
        if at and at >= self.end:
            raise DoesNotEnd(f"campaign {self.campaign.pk} waits until {at}")
        return at

    def _reported_at(self, decide_at: datetime | None) -> datetime | None:
        """When to report what happens from now on; an undecided hit, judged from `decide_at` on, waits for it."""
        first = min(filter(None, (self.vendor.happened_at(1), decide_at)), default=None)
        if first is None:
            return None
        latest, many = max(first, self.lane.now + LATEST_REPORT), self.vendor.happened_at(MANY)
        return min(latest, many + RUSH) if many else latest

    def _hear(self) -> None:
        """Read what has come back."""
        now, load = self.lane.now, self._load.load
        while inbound.drain(now, load=load) == inbound.BATCH:
            pass
        while hits.drain(now, load=load) == hits.BATCH:
            pass

    def _move_on(self) -> None:
        """Decide what is due, and send what is to be sent; what that leads to at once comes with the next frame."""
        now = self.lane.now
        _, senders = advance(now, limit=TOGETHER)
        waiting = senders or (set(ticking.find_work(now).sender_ids) if self._may_hold() else set())
        for sender_id in sorted(waiting):
            while self._deliver(sender_id) == TOGETHER:
                pass

    def _may_hold(self) -> bool:
        """Whether messages may be queued that were not queued just now."""
        return self.campaign.quiet_from is not None or bool(self.acts)

    def _deliver(self, sender_id: int) -> int:
        """Send what one claim gives; how many messages that were."""

        def open_wire(sender: Sender) -> PlayedWire:
            return PlayedWire(self.vendor, sender)

        shift = Shift()
        shift.end()
        return deliver.deliver(sender_id, shift=shift, batch=TOGETHER, open_wire=open_wire).sent

    def _finish(self) -> None:
        """Finish the campaign if everybody has come to the end, at the time when the last one did."""
        ticking.finish_campaigns(self.lane.now, campaign_id=self.campaign.pk)
        status = Campaign.objects.values_list("status", flat=True).get(pk=self.campaign.pk)
        self._is_finished = status == CampaignStatus.FINISHED
