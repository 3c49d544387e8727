"""The first decision about people who have just been enrolled: alike for many, and written for all of those at once.

Nothing has happened to them, so what they get depends only on their route, on the steps that could reach them and,
after a downtime, on when they were due.
"""

import logging
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from campaigns.eligibility import Reach
from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.engine.decide import RECHECK, Decision, End, Gap, Send, Situation, StepView, Wait, decide
from campaigns.engine.deltas import Deltas, Place
from campaigns.engine.reasons import Reason
from campaigns.engine.routes import Surroundings
from campaigns.engine.rows import array, run
from campaigns.models import Campaign, DowntimeGap, SkipReason, Step

logger = logging.getLogger(__name__)

# The step's message of each of some enrolments, waiting to be sent or skipped.
INSERT = """
INSERT INTO campaigns_message (campaign_id, enrolment_id, step_id, sender_id, channel, priority, status, skip_reason,
    hold_reason, created_at, queued_at, available_at, tries, error_class, error_code, error_detail, fate, fate_reason,
    fate_at, parts, cost)
SELECT %(campaign)s, id, %(step)s, %(sender)s, %(channel)s, %(priority)s, %(status)s, %(skip_reason)s,
    '', %(now)s, %(queued_at)s::timestamptz, %(queued_at)s::timestamptz, 0, '', '', '', %(fate)s, %(fate_reason)s,
    %(fate_at)s::timestamptz, 0, 0
FROM unnest(%(enrolments)s::bigint[]) AS id
"""
GO_ON = "UPDATE campaigns_enrolment SET step_position = %s, next_at = %s WHERE id = ANY(%s::bigint[])"
LOOK_LATER = "UPDATE campaigns_enrolment SET next_at = %s WHERE id = ANY(%s::bigint[])"
END = """
UPDATE campaigns_enrolment SET outcome = %s, ended_by = %s, ended_at = %s, next_at = NULL WHERE id = ANY(%s::bigint[])
"""


class Newcomer(NamedTuple):
    """A locked, open enrolment that no step has begun for."""

    pk: int
    campaign_id: int
    version_id: int
    route_id: int
    contact_id: int
    variant: str
    language: str
    due_at: datetime


@dataclass(kw_only=True)
class Entrance:
    """What first decisions depend on, and what became of them: `queued_for` are senders with something to send."""

    now: datetime
    surroundings: Surroundings
    reach: Mapping[tuple[str, int, str], Reach]
    gaps: Sequence[DowntimeGap]
    deltas: Deltas
    queued_for: set[int] = field(default_factory=set)

    def admit(self, newcomers: Sequence[Newcomer], *, after_error: timedelta) -> None:
        """Decide and write; what cannot be decided is looked at again after `after_error`."""
        alike: dict[tuple[object, ...], list[Newcomer]] = defaultdict(list)
        late = {campaign_id for campaign_id in self.surroundings.campaigns if self._gap(campaign_id)}
        for one in newcomers:
            reasons = tuple(self._skip_reasons(one))
            due_at = one.due_at if one.campaign_id in late else None
            alike[one.campaign_id, one.route_id, reasons, due_at].append(one)
        for group in alike.values():
            try:
                decision = decide(self._situation(group[0]), self.now)
            except Exception:
                logger.exception("enrolments like %s cannot be decided", group[0].pk)
                decision = Wait(until=self.now + after_error)
            self._apply(group, decision)

    def _skip_reasons(self, one: Newcomer) -> Iterator[SkipReason | None]:
        purpose = self.surroundings.campaigns[one.campaign_id].purpose
        for step in self.surroundings.steps[one.route_id]:
            if self.surroundings.capability(step) is None:
                yield SkipReason.UNSUPPORTED
            else:
                yield self.reach[purpose, one.contact_id, step.channel].skip_reason

    def _gap(self, campaign_id: int) -> Gap | None:
        campaign = self.surroundings.campaigns[campaign_id]
        return latest_gap(self.gaps, campaign, campaign.resumed_at)

    def _situation(self, one: Newcomer) -> Situation:
        steps = self.surroundings.steps[one.route_id]
        return Situation(
            due_at=one.due_at,
            steps=[
                StepView(position=step.position, skip_reason=reason)
                for step, reason in zip(steps, self._skip_reasons(one), strict=True)
            ],
            gap=self._gap(one.campaign_id),
            campaign_ends_at=self.surroundings.campaigns[one.campaign_id].ends_at,
        )

    def _apply(self, group: Sequence[Newcomer], decision: Decision) -> None:
        ids = array(one.pk for one in group)
        if isinstance(decision, Wait):
            run(LOOK_LATER, [decision.until, ids])
            return
        steps = {step.position: step for step in self.surroundings.steps[group[0].route_id]}
        for skip in decision.skips:
            self._skip(group, steps[skip.position], skip.reason)
        if isinstance(decision, Send):
            self._queue(group, steps[decision.position])
            run(GO_ON, [decision.position, self.now + RECHECK, ids])
        else:
            self._end(group, decision)

    def _skip(self, group: Sequence[Newcomer], step: Step, reason: SkipReason) -> None:
        state = {
            "status": "skipped",
            "skip_reason": reason.value,
            "fate": "skipped",
            "fate_reason": Reason(reason).value,
        }
        self._insert(group, step, {**state, "fate_at": self.now, "queued_at": None})
        self._count(group, step, (Counter.CAME, counters.skipped(reason)))

    def _queue(self, group: Sequence[Newcomer], step: Step) -> None:
        fate = {"fate": "", "fate_reason": "", "fate_at": None}
        self._insert(group, step, {**fate, "status": "queued", "skip_reason": "", "queued_at": self.now})
        self._count(group, step, (Counter.CAME, Counter.NOW_QUEUED))
        if step.sender_id:
            self.queued_for.add(step.sender_id)

    def _insert(self, group: Sequence[Newcomer], step: Step, state: Mapping[str, object]) -> None:
        campaign = self.surroundings.campaigns[group[0].campaign_id]
        run(
            INSERT,
            {
                **state,
                "campaign": campaign.pk,
                "step": step.pk,
                "sender": step.sender_id,
                "channel": step.channel,
                "priority": campaign.priority,
                "now": self.now,
                "enrolments": array(one.pk for one in group),
            },
        )

    def _end(self, group: Sequence[Newcomer], decision: End) -> None:
        run(END, [decision.outcome.value, decision.reason.value, self.now, array(one.pk for one in group)])
        for place, count in Tally(_place(one) for one in group).items():
            self.deltas.add(place, counters.outcome(decision.outcome), count)

    def _count(self, group: Sequence[Newcomer], step: Step, names: Sequence[str]) -> None:
        for place, count in Tally(_place(one, step) for one in group).items():
            for name in names:
                self.deltas.add(place, name, count)


def _place(one: Newcomer, step: Step | None = None) -> Place:
    key, sender_id = (step.key, step.sender_id or 0) if step else ("", 0)
    return Place(one.campaign_id, one.version_id, key, one.route_id, one.variant, sender_id, one.language)


def latest_gap(gaps: Sequence[DowntimeGap], campaign: Campaign, *waited_until: datetime | None) -> Gap | None:
    """The latest of `gaps` (the latest first) that is longer than the campaign's grace and was not waited through.

    What waited on purpose until some instant (None: it did not) is not late for a gap before that.
    """
    since = [at for at in waited_until if at]
    for gap in gaps:
        if gap.ended_at - gap.started_at > campaign.grace and all(gap.ended_at > at for at in since):
            return Gap(ended_at=gap.ended_at)
    return None
