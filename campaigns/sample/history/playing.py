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

# So many gestures are reported and recorded together, and none of them later than so.
FRAME = 900
LONGEST_FRAME = timedelta(hours=2)
A_LONG_TIME = timedelta(days=1)
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
        """The instant to look at next: what is due, or the end of a frame that comes before."""
        ((due_at, decide_at),) = run(NEXT, {"campaign": self.campaign.pk, "end": self.end})
        if due_at is None and not self._is_finished:
            self._finish()
        times = [at for at in (due_at, decide_at, acts[0].at if acts else None, self._frame_ends()) if at]
        if times and min(times) >= self.end:
            raise DoesNotEnd(f"campaign {self.campaign.pk} waits until {min(times)}")
        return min(times, default=None)

    def _frame_ends(self) -> datetime | None:
        first, last = self.vendor.frame_ends(1), self.vendor.frame_ends(FRAME)
        return min(last, max(first, self.lane.now + LONGEST_FRAME)) if first and last else None

    def _hear(self) -> None:
        """Read what has come back."""
        now, load = self.lane.now, self._load.load
        while inbound.drain(now, load=load) == inbound.BATCH:
            pass
        while hits.drain(now, load=load) == hits.BATCH:
            pass

    def _move_on(self) -> None:
        """Decide what is due, and send what is to be sent, until nothing is."""
        now, has_sent = self.lane.now, True
        while has_sent:
            count, senders = advance(now, limit=TOGETHER)
            waiting = senders or (set(ticking.find_work(now).sender_ids) if self._may_hold() else set())
            sent = sum(self._deliver(sender_id) for sender_id in sorted(waiting))
            has_sent = bool(count and sent)

    def _may_hold(self) -> bool:
        """Whether messages may be queued that were not queued just now."""
        return self.campaign.quiet_from is not None or bool(self.acts)

    def _deliver(self, sender_id: int) -> int:
        def open_wire(sender: Sender) -> PlayedWire:
            return PlayedWire(self.vendor, sender)

        return deliver.deliver(sender_id, shift=Shift(A_LONG_TIME), batch=TOGETHER, open_wire=open_wire).sent

    def _finish(self) -> None:
        """Finish the campaign if everybody has come to the end, at the time when the last one did."""
        ticking.finish_campaigns(self.lane.now, campaign_id=self.campaign.pk)
        status = Campaign.objects.values_list("status", flat=True).get(pk=self.campaign.pk)
        self._is_finished = status == CampaignStatus.FINISHED
