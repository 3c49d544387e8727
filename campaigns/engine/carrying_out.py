"""Writes decisions down: one statement for all who get the same, because people are alike in their hundreds."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.decide import RECHECK, Close, Decision, End, Send, Wait
from campaigns.engine.deltas import Deltas, waiting_counter
from campaigns.engine.due import Due
from campaigns.engine.ledger import FATES
from campaigns.engine.reasons import Reason
from campaigns.engine.snapshots import Batch
from campaigns.models import SkipReason, Step
from campaigns.models.messages import Fate
from channels.rows import array, run

# The step of these messages is over. One that has not left never will.
CLOSE = """
UPDATE campaigns_message SET fate = %(fate)s, fate_reason = %(reason)s, fate_at = %(now)s,
    skip_reason = COALESCE(%(skip_reason)s, skip_reason),
    hold_reason = CASE WHEN %(is_skip)s OR status IN ('queued', 'claimed') THEN '' ELSE hold_reason END,
    status = CASE WHEN %(is_skip)s THEN 'skipped' WHEN status IN ('queued', 'claimed') THEN 'withdrawn' ELSE status END
WHERE id = ANY(%(messages)s::bigint[])
"""
# The step's message of each of some enrolments, waiting to be sent or skipped.
INSERT = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, sender_id, channel, status, skip_reason,
    hold_reason, created_at, queued_at, available_at, tries, error_class, error_code, error_detail, fate, fate_reason,
    fate_at, parts, cost)
SELECT %(campaign)s, id, %(step)s, %(sender)s, %(channel)s, %(status)s, %(skip_reason)s,
    '', %(now)s, %(queued_at)s::timestamptz, %(queued_at)s::timestamptz, 0, '', '', '', %(fate)s, %(fate_reason)s,
    %(fate_at)s::timestamptz, 0, 0
FROM unnest(%(enrolments)s::bigint[]) AS id
"""
# The step gets no other sender before this transaction has ended (engine/rerouting.py).
SENDER = "SELECT sender_id FROM campaigns_step WHERE id = %s FOR SHARE"
GO_ON = "UPDATE campaigns_enrolment SET step_position = %s, next_at = %s WHERE id = ANY(%s::bigint[])"
LOOK_LATER = """
UPDATE campaigns_enrolment e SET next_at = g.next_at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS g (id, next_at) WHERE e.id = g.id
"""
END = """
UPDATE campaigns_enrolment SET outcome = %s, ended_by = %s, ended_at = %s, next_at = NULL WHERE id = ANY(%s::bigint[])
"""


@dataclass(kw_only=True)
class CarryingOut:
    """The decisions about a locked batch at `now`; `queued_for` are the senders that have something to send."""

    batch: Batch
    now: datetime
    deltas: Deltas
    queued_for: set[int] = field(default_factory=set)

    def write(self, decided: Sequence[tuple[Due, Decision]]) -> None:
        """Write all of them down."""
        alike: dict[tuple[int, int, Send | End], list[Due]] = defaultdict(list)
        waiting = []
        for one, decision in decided:
            if isinstance(decision, Wait):
                waiting.append((one, decision))
            else:
                alike[one.campaign_id, one.route_id, decision].append(one)
        self._look_later(waiting)
        for (_, _, decision), group in alike.items():
            self._apply(group, decision)
        self.deltas.write()

    def _look_later(self, waiting: Sequence[tuple[Due, Wait]]) -> None:
        if waiting:
            until = array(decision.until.isoformat() for _, decision in waiting)
            run(LOOK_LATER, [array(one.pk for one, _ in waiting), until])

    def _apply(self, group: Sequence[Due], decision: Send | End) -> None:
        steps = {step.position: step for step in self.batch.steps(group[0])}
        if decision.close:
            self._close(group, decision.close)
        for skip in decision.skips:
            self._skip(group, steps[skip.position], skip.reason)
        if isinstance(decision, Send):
            self._queue(group, steps[decision.position])
        else:
            self._end(group, decision)

    def _close(self, group: Sequence[Due], close: Close) -> None:
        current = [(one, message) for one in group if (message := self.batch.current(one))]
        run(
            CLOSE,
            {
                "now": self.now,
                "fate": close.fate.value,
                "reason": close.reason.value,
                "is_skip": close.fate is Fate.SKIPPED,
                "skip_reason": close.skip_reason.value if close.skip_reason else None,
                "messages": array(message.pk for _, message in current),
            },
        )
        over = FATES[close.fate] if close.fate is not Fate.SKIPPED else counters.skipped(close.skip_reason or "")
        keys = {step.pk: step.key for step in self.batch.steps(group[0])}
        places = (
            (
                one.place(keys[message.step_id], message.sender_id),
                waiting_counter(message.status, message.hold_reason),
            )
            for one, message in current
        )
        for (place, stood), count in Tally(places).items():
            self.deltas.add(place, over, count)
            if stood:
                self.deltas.add(place, stood, -count)

    def _skip(self, group: Sequence[Due], step: Step, reason: SkipReason) -> None:
        state = {
            "status": "skipped",
            "skip_reason": reason.value,
            "fate": "skipped",
            "fate_reason": Reason(reason).value,
        }
        self._insert(group, step, {**state, "fate_at": self.now, "queued_at": None}, sender_id=step.sender_id)
        self._count(group, step, (Counter.CAME, counters.skipped(reason)), sender_id=step.sender_id)

    def _queue(self, group: Sequence[Due], step: Step) -> None:
        ((sender_id,),) = run(SENDER, [step.pk])
        fate = {"fate": "", "fate_reason": "", "fate_at": None}
        state = {**fate, "status": "queued", "skip_reason": "", "queued_at": self.now}
        self._insert(group, step, state, sender_id=sender_id)
        self._count(group, step, (Counter.CAME, Counter.NOW_QUEUED), sender_id=sender_id)
        run(GO_ON, [step.position, self.now + RECHECK, array(one.pk for one in group)])
        if sender_id:
            self.queued_for.add(sender_id)

    def _insert(self, group: Sequence[Due], step: Step, state: Mapping[str, object], *, sender_id: int | None) -> None:
        campaign = self.batch.campaign(group[0])
        run(
            INSERT,
            {
                **state,
                "campaign": campaign.pk,
                "step": step.pk,
                "sender": sender_id,
                "channel": step.channel,
                "now": self.now,
                "enrolments": array(one.pk for one in group),
            },
        )

    def _end(self, group: Sequence[Due], decision: End) -> None:
        run(END, [decision.outcome.value, decision.reason.value, self.now, array(one.pk for one in group)])
        for place, count in Tally(one.place() for one in group).items():
            self.deltas.add(place, counters.outcome(decision.outcome), count)

    def _count(self, group: Sequence[Due], step: Step, names: Sequence[str], *, sender_id: int | None) -> None:
        for place, count in Tally(one.place(step.key, sender_id) for one in group).items():
            for name in names:
                self.deltas.add(place, name, count)
