"""What each step of a route added: people who would not have acted without it, and what each of them cost."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from campaigns.reports import RouteReport, StepReport
from campaigns.reports_counts import NOUGHT


@dataclass(frozen=True, kw_only=True)
class Gain:
    """What one step added. Everybody who acted is counted once, at the step whose message they acted upon.

    `reached` and `spent` are the step and all before it together; `reached` begins with those who acted before any
    message, so that the last step's is the route's engaged. `people` is the route's audience.
    """

    step: StepReport
    people: int
    added: int
    reached: int
    cost: Decimal
    spent: Decimal

    @property
    def each(self) -> Decimal | None:
        """What each additional person who acted has cost; None where the step added nobody."""
        return self.cost / self.added if self.added else None


def gains_of(route: RouteReport) -> Iterator[Gain]:
    """What each step of `route` added, in order."""
    reached, spent = route.audience.credit_before_any, NOUGHT
    for step in route.steps:
        figures = step.figures
        reached, spent = reached + figures.credit, spent + figures.cost
        yield Gain(
            step=step,
            people=route.audience.people,
            added=figures.credit,
            reached=reached,
            cost=figures.cost,
            spent=spent,
        )
