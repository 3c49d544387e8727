"""How many people a figure counts: the counters say it, however many rows there are.

They are right because the engine appends to them in the transaction that changes the rows; the tests hold the length of
each list to its number.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Outcome, SkipReason
from campaigns.reports_counts import CampaignCounts, Counts, read_counts
from campaigns.reports_part import Part, read_part
from campaigns.reports_people import Question, UnknownFigure


@dataclass(frozen=True, kw_only=True)
class _Sum:
    """A figure as the sum of some counters less others, some of which may be those of the steps where it is not."""

    of: Sequence[str] = ()
    of_at_steps: Sequence[str] = ()
    without: Sequence[str] = ()
    without_at_steps: Sequence[str] = ()


_AT_STEPS: Mapping[str, _Sum] = {
    "entered": _Sum(of=[Counter.CAME], without=counters.SKIPPED),
    "skipped": _Sum(of=counters.SKIPPED),
    **{f"skipped_{reason.value}": _Sum(of=[counters.skipped(reason)]) for reason in SkipReason},
    "waiting": _Sum(of=counters.WAITING),
    "queued": _Sum(of=[Counter.NOW_QUEUED]),
    "held": _Sum(of=[Counter.NOW_HELD]),
    "claimed": _Sum(of=[Counter.NOW_CLAIMED]),
    "sending": _Sum(of=[Counter.NOW_SENDING]),
    "waiting_accepted": _Sum(of=[Counter.NOW_ACCEPTED]),
    "waiting_unknown": _Sum(of=[Counter.NOW_UNKNOWN]),
    **{
        counter.value: _Sum(of=[counter])
        for counter in (
            Counter.CAME,
            Counter.ENGAGED,
            Counter.ADVANCED,
            Counter.ENDED,
            Counter.ACCEPTED,
            Counter.FAILED,
            Counter.UNKNOWN,
            Counter.DELIVERED,
            Counter.OPENED,
            Counter.CLICKED,
            Counter.REPLIED,
            Counter.ANSWERED,
            Counter.GOAL,
            Counter.OPTED_OUT,
            Counter.MACHINE_OPENED,
            Counter.MACHINE_CLICKED,
            Counter.CREDIT,
            Counter.LATE,
        )
    },
}
_OF_CAMPAIGN: Mapping[str, _Sum] = {
    "audience": _Sum(of=[Counter.AUDIENCE]),
    "open": _Sum(of=[Counter.AUDIENCE], without=counters.OUTCOMES),
    "between": _Sum(of=[Counter.AUDIENCE], without=counters.OUTCOMES, without_at_steps=counters.WAITING),
    **{f"outcome_{outcome.value}": _Sum(of=[counters.outcome(outcome)]) for outcome in Outcome},
    "engaged_after_end": _Sum(of=[Counter.ENGAGED_AFTER_END]),
    "engaged_between": _Sum(of=[Counter.ENGAGED]),
    "credit_before_any": _Sum(of=[Counter.CREDIT]),
    "late": _Sum(of_at_steps=[Counter.LATE]),
}


def number_behind(question: Question) -> int:
    """How many rows the figure counts, as the counters have it. Raises UnknownFigure."""
    is_at_steps = question.is_about_messages or bool(question.step_key)
    table = _AT_STEPS if is_at_steps else _OF_CAMPAIGN
    if question.figure not in table:
        raise UnknownFigure(question.figure)
    asked = table[question.figure]
    counts = _read(question, [*asked.of, *asked.of_at_steps, *asked.without, *asked.without_at_steps])
    at_steps = _counted(counts, question, is_at_steps=True)
    place = at_steps if is_at_steps else _counted(counts, question, is_at_steps=False)
    counted = _added(place, asked.of) + _added(at_steps, asked.of_at_steps)
    return counted - _added(place, asked.without) - _added(at_steps, asked.without_at_steps)


def _read(question: Question, names: Sequence[str]) -> CampaignCounts:
    """The counters called `names`, and perhaps others; the totals do not know languages."""
    if question.language is not None:
        return read_part(question.campaign_id, Part(language=question.language))
    return read_counts([question.campaign_id], counters=names)[question.campaign_id]


def _added(counts: Counts, names: Sequence[str]) -> int:
    return sum(counts.people(name) for name in names)


def _counted(counts: CampaignCounts, question: Question, *, is_at_steps: bool) -> Counts:
    """What was counted at the steps that the question is about, or else of the campaign itself."""
    return Counts.total(
        counted
        for (route_id, key), counted in counts.places.items()
        if bool(key) is is_at_steps and question.step_key in {"", key} and question.route_id in {None, route_id}
    )
