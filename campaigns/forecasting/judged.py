"""How a step goes for people who may be tracked, and for those who may not: by what nobody could tell otherwise."""

from dataclasses import dataclass
from decimal import Decimal

from campaigns.conditions import capabilities_of
from campaigns.engine.conditions import effective_condition
from campaigns.forecasting.chain import Stage
from campaigns.forecasting.history import History, Known
from campaigns.forecasting.ranges import NOTHING, exactly
from campaigns.models import Campaign, Step


@dataclass(frozen=True, kw_only=True)
class Judged:
    """What is known of a step: the share that vendors accept, and of those who got it the share `acting`.

    Where nobody `can_tell`, none of them is seen to act; where it `is_end` then, they go no further.
    """

    accepting: Known
    acting: Known
    can_tell: bool
    is_end: bool

    def expected(self) -> Stage:
        """The step with what is expected alone."""
        accepting, acting = (exactly(known.rate.among(0).expected) for known in (self.accepting, self.acting))
        return Stage(accepting=accepting, acting=acting if self.can_tell else NOTHING, is_end_once_accepted=self.is_end)

    def among(self, *, entered: Decimal, sent: Decimal) -> Stage:
        """The step with bounds for `entered` people, of whom `sent` get the message."""
        return Stage(
            accepting=self.accepting.rate.among(entered),
            acting=self.acting.rate.among(sent) if self.can_tell else NOTHING,
            is_end_once_accepted=self.is_end,
        )


def judged(step: Step, history: History, *, is_trackable: bool, untracked: str) -> Judged:
    """What `history` tells of `step`, as the engine judges people who may be tracked, or may not.

    `untracked` is what the campaign does with those of whom nobody can tell.
    """
    condition = step.condition if is_trackable else _without_tracking(step)
    return Judged(
        accepting=history.accepting(step.channel),
        acting=history.acting(step.channel, condition or step.condition),
        can_tell=condition is not None,
        is_end=condition is None and untracked == Campaign.Untracked.FIRST_ONLY,
    )


def _without_tracking(step: Step) -> str | None:
    """What `step` waits for where only its vendor can tell; None where that cannot either."""
    able = capabilities_of(step.sender, step.channel) if step.sender else None
    return effective_condition(step.condition, is_trackable=False, reported=able.reports if able else frozenset())
