"""How people go along a chain: arithmetic alone, without a database and without a clock.

People come to step k+1 only if they did not act in step k. Of the people whom a step's channel reaches, vendors accept
the messages of a share (`accepting`), and of the people who got theirs a share acts (`acting`). Whom the channel does
not reach goes on at once. A campaign may end for people of whom nobody can tell whether they act, once they got one.

Bounds go together as they would in life: the most people come to a step when as few as possible acted before it, and
the fewest when as many as possible did. The bounds of the steps' messages therefore add up to those of all steps, and
so does the cost; of those who act they do not, because whoever acts early cannot act again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from campaigns.forecasting.ranges import NOTHING, Range, exactly, total

_ONE = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A step in figures: the share of messages that vendors accept, and of those who got one the share that acts.

    Where it `is_end_once_accepted`, whoever got one goes no further.
    """

    accepting: Range
    acting: Range
    is_end_once_accepted: bool = False


@dataclass(frozen=True, kw_only=True)
class Passing:
    """What one person is worth at a step: the share that comes, whose message leaves, and who acts."""

    came: Range
    sent: Range
    acted: Range


@dataclass(frozen=True, kw_only=True)
class Way:
    """One person's way through a chain. `acted` in all, and `reached`: the share that gets a message at all."""

    steps: Sequence[Passing]
    acted: Range
    reached: Range

    @property
    def sent(self) -> Range:
        """The messages in all."""
        return total(step.sent for step in self.steps)


def go(stages: Sequence[Stage], reached: Sequence[bool]) -> Way:
    """The way of a person whom each of `stages` reaches, or not, as `reached` says."""
    came = exactly(1)
    steps: list[Passing] = []
    acted = NOTHING
    unreached = exactly(1)
    for stage, is_reached in zip(stages, reached, strict=True):
        if not is_reached:
            steps.append(Passing(came=came, sent=NOTHING, acted=NOTHING))
            continue
        share = _times(stage.accepting, stage.acting)
        steps.append(Passing(came=came, sent=_times(came, stage.accepting), acted=_times(came, share)))
        # In all: many act where many do so at each step, though fewer are then left for the next.
        acted = Range(
            least=acted.least + came.highest * share.least,
            expected=acted.expected + came.expected * share.expected,
            highest=acted.highest + came.least * share.highest,
        )
        came = _times(came, _rest(stage.accepting if stage.is_end_once_accepted else share))
        unreached = _times(unreached, _rest(stage.accepting))
    return Way(steps=steps, acted=acted, reached=_rest(unreached))


def _times(one: Range, other: Range) -> Range:
    return Range(
        least=one.least * other.least,
        expected=one.expected * other.expected,
        highest=one.highest * other.highest,
    )


def _rest(share: Range) -> Range:
    """What is left of everybody."""
    return Range(least=_ONE - share.highest, expected=_ONE - share.expected, highest=_ONE - share.least)
