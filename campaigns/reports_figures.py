"""The figures of a step, a route and a campaign, and the sums that must hold between them (DESIGN §3.10)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models.enrolments import Outcome
from campaigns.models.messages import SkipReason
from campaigns.reports_counts import Counts

# Counted by nobody: reports of a period work it out.
OPEN_BEFORE = "open_before"


def share(part: int, whole: int) -> Decimal | None:
    """`part` of `whole`, from 0 to 1, to four places; None of nothing."""
    return (Decimal(part) / whole).quantize(Decimal("0.0001")) if whole else None


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Where the people are who wait at a step."""

    queued: int
    held: int
    claimed: int
    sending: int
    accepted: int
    unknown: int

    @classmethod
    def of(cls, counts: Counts) -> "Waiting":
        """Read from a step's counters."""
        return cls(
            queued=counts.people(Counter.NOW_QUEUED),
            held=counts.people(Counter.NOW_HELD),
            claimed=counts.people(Counter.NOW_CLAIMED),
            sending=counts.people(Counter.NOW_SENDING),
            accepted=counts.people(Counter.NOW_ACCEPTED),
            unknown=counts.people(Counter.NOW_UNKNOWN),
        )

    @property
    def total(self) -> int:
        """All who wait."""
        return self.queued + self.held + self.claimed + self.sending + self.accepted + self.unknown

    @property
    def to_send(self) -> int:
        """Those whose message has not left yet."""
        return self.queued + self.held + self.claimed + self.sending


@dataclass(frozen=True, kw_only=True)
class Skips:
    """How many were skipped for one reason."""

    reason: SkipReason
    people: int


@dataclass(frozen=True, kw_only=True)
class StepFigures:
    """What became of the people who came to a step, and of its messages.

    came = skipped + entered, entered = engaged + advanced + waiting + ended. The rest counts messages,
    whatever became of the people; `credit` are those who acted upon this step's message, `late` of
    these when another step was already current.
    """

    came: int
    skips: tuple[Skips, ...]
    engaged: int
    advanced: int
    ended: int
    waiting: Waiting
    accepted: int
    delivered: int
    opened: int
    clicked: int
    replied: int
    answered: int
    goal: int
    opted_out: int
    failed: int
    unknown: int
    machine_opened: int
    machine_clicked: int
    cost: Decimal
    credit: int
    late: int

    @classmethod
    def of(cls, counts: Counts) -> "StepFigures":
        """Read from a step's counters."""
        named = {name: counts.people(counter) for name, counter in _COUNTER_OF.items()}
        skips = ((reason, counts.people(counters.skipped(reason))) for reason in SkipReason)
        return cls(
            **named,
            skips=tuple(Skips(reason=reason, people=people) for reason, people in skips if people),
            waiting=Waiting.of(counts),
            cost=counts.amount(Counter.COST),
        )

    @property
    def skipped(self) -> int:
        """Those for whom the step did not happen."""
        return sum(skip.people for skip in self.skips)

    @property
    def entered(self) -> int:
        """Those for whom the step happens: everyone who came and was not skipped."""
        return self.came - self.skipped

    def problems(self) -> Iterator[str]:
        """The sums that do not hold, each as a sentence for a developer."""
        accounted = self.engaged + self.advanced + self.ended + self.waiting.total
        if self.entered != accounted:
            yield f"entered {self.entered} is not engaged + advanced + ended + waiting = {accounted}"
        if self.late > self.credit:
            yield f"late {self.late} is more than credit {self.credit}"
        for name in (*_COUNTER_OF, "entered"):
            if getattr(self, name) < 0:
                yield f"{name} is {getattr(self, name)}"


_COUNTER_OF = {
    "came": Counter.CAME,
    "engaged": Counter.ENGAGED,
    "advanced": Counter.ADVANCED,
    "ended": Counter.ENDED,
    "accepted": Counter.ACCEPTED,
    "delivered": Counter.DELIVERED,
    "opened": Counter.OPENED,
    "clicked": Counter.CLICKED,
    "replied": Counter.REPLIED,
    "answered": Counter.ANSWERED,
    "goal": Counter.GOAL,
    "opted_out": Counter.OPTED_OUT,
    "failed": Counter.FAILED,
    "unknown": Counter.UNKNOWN,
    "machine_opened": Counter.MACHINE_OPENED,
    "machine_clicked": Counter.MACHINE_CLICKED,
    "credit": Counter.CREDIT,
    "late": Counter.LATE,
}


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How many enrolments ended with one outcome."""

    outcome: Outcome
    people: int


@dataclass(frozen=True, kw_only=True)
class Audience:
    """How the enrolments of a route or a campaign stand: `people` = those ended, by outcome, + those still open.

    Of a campaign that people enter one by one, in a period: `open_before` were in the chain when it began, `people`
    entered in it, and both together = those who ended in it + those open at its end. Elsewhere nobody was before.
    """

    open_before: int
    people: int
    outcomes: tuple[Ended, ...]
    engaged_after_end: int
    # Acted before their next step had begun, and acted without any message of ours to thank for it.
    engaged_between: int
    credit_before_any: int

    @classmethod
    def of(cls, counts: Counts) -> "Audience":
        """Read from the counters of a route or a campaign as a whole."""
        return cls(
            open_before=counts.people(OPEN_BEFORE),
            people=counts.people(Counter.AUDIENCE),
            outcomes=tuple(Ended(outcome=each, people=counts.people(counters.outcome(each))) for each in Outcome),
            engaged_after_end=counts.people(Counter.ENGAGED_AFTER_END),
            engaged_between=counts.people(Counter.ENGAGED),
            credit_before_any=counts.people(Counter.CREDIT),
        )

    @property
    def open(self) -> int:
        """Those still in the chain."""
        return self.open_before + self.people - sum(ended.people for ended in self.outcomes)

    @property
    def engaged(self) -> int:
        """Those who acted: the target action of a step was reached."""
        return self.ended_as(Outcome.ENGAGED)

    @property
    def share_engaged(self) -> Decimal | None:
        """Those who acted, of the people; None of nobody.

        None too where more acted than entered: they had entered before, and are no part of these.
        """
        return share(self.engaged, self.people) if self.engaged <= self.people else None

    def ended_as(self, outcome: Outcome) -> int:
        """Those who ended with `outcome`."""
        return next(ended.people for ended in self.outcomes if ended.outcome == outcome)

    def problems(self) -> Iterator[str]:
        """What cannot be, each as a sentence for a developer."""
        for name, value in (
            ("people", self.people),
            ("open", self.open),
            ("engaged_after_end", self.engaged_after_end),
        ):
            if value < 0:
                yield f"{name} is {value}"
        for ended in self.outcomes:
            if ended.people < 0:
                yield f"{ended.outcome} is {ended.people}"
