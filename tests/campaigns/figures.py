"""The figures of a report that have a list of people, by name."""

from collections.abc import Iterator

from campaigns.models import SkipReason
from campaigns.reports import CampaignReport, StepReport
from campaigns.reports_people import OF_CREDIT, OF_MESSAGES


def figures_of_step(step: StepReport) -> Iterator[tuple[str, int]]:
    """Every figure of a step's messages that counts something that has a list."""
    figures, waiting = step.figures, step.figures.waiting
    for name in (*OF_MESSAGES, *OF_CREDIT):
        if hasattr(figures, name) and name != "waiting":
            yield name, getattr(figures, name)
        elif hasattr(waiting, name):
            yield name, getattr(waiting, name)
    yield "waiting", waiting.total
    yield "waiting_accepted", waiting.accepted
    yield "waiting_unknown", waiting.unknown
    skips = {skip.reason: skip.people for skip in figures.skips}
    yield from ((f"skipped_{reason.value}", skips.get(reason, 0)) for reason in SkipReason)


def figures_of_campaign(report: CampaignReport) -> Iterator[tuple[str, int]]:
    """Every figure of the campaign as a whole."""
    audience = report.audience
    yield "audience", audience.people
    yield "between", report.between
    yield "late", report.late
    for name in ("open", "engaged_after_end", "engaged_between", "credit_before_any"):
        yield name, getattr(audience, name)
    yield from ((f"outcome_{ended.outcome.value}", ended.people) for ended in audience.outcomes)
    for name in ("unknown", "failed", "machine_opened", "machine_clicked"):
        yield name, getattr(report, name)
