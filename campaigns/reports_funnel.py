"""How far the people of a step went with its message: from entering to acting, each against those who entered."""

from collections.abc import Sequence
from dataclasses import dataclass

from campaigns.reports import StepReport
from campaigns.reports_columns import COLUMNS, Column

# In the order in which they happen; the last is what the message was for.
_STAGES = ("entered", "accepted", "delivered", "opened", "clicked", "replied", "answered", "goal", "credit")
# Told also where there is none.
_USUAL = {"entered", "accepted", "delivered", "opened", "clicked", "credit"}


@dataclass(frozen=True, kw_only=True)
class Stage:
    """How many came so far; `column` names it and its list of people."""

    column: Column
    people: int


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """The stages of a step, from the first; those that nobody would tell of are left out."""

    step: StepReport
    stages: tuple[Stage, ...]


def funnel_of(step: StepReport) -> Funnel:
    """How far people went with the message of `step`."""
    stages = ((column, column.value(step)) for column in _columns())
    return Funnel(
        step=step,
        stages=tuple(
            Stage(column=column, people=people)
            for column, people in stages
            if people is not None and (people or column.name in _USUAL)
        ),
    )


def _columns() -> Sequence[Column]:
    named = {column.name: column for column in COLUMNS}
    return [named[name] for name in _STAGES]
