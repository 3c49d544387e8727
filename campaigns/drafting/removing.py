"""Steps taken out of a route, and put back as they were."""

from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta

from django.utils.translation import gettext

from campaigns.drafting.opening import DraftRefused, opened, version_of
from campaigns.drafting.ordering import number, of_draft
from campaigns.models import Campaign, Step
from channels.models import Sender


@dataclass(frozen=True, kw_only=True)
class RemovedStep:
    """Everything that a removed step had, and the place where it stood."""

    route_id: int
    position: int
    key: str
    channel: str
    sender_id: int | None
    condition: str
    timeout: timedelta
    is_waking_time: bool

    def as_step(self) -> Step:
        """The step once more, not saved; without its sender if that was deleted meanwhile."""
        is_sender_there = Sender.objects.filter(pk=self.sender_id or 0).exists()
        return Step(**{**asdict(self), "sender_id": self.sender_id if is_sender_there else None})


def remove_step(*, campaign: Campaign, step: Step, seen: datetime | None = None) -> RemovedStep:
    """Take `step` out of its route; what it gives puts it back by `restore_step`.

    Raises NotADraft, ChangedMeanwhile, and Step.DoesNotExist.
    """
    with opened(campaign, seen=seen) as draft:
        row = of_draft(draft).select_related("route").get(pk=step.pk)
        removed = RemovedStep(**{part.name: getattr(row, part.name) for part in fields(RemovedStep)})
        row.delete()
        number(list(row.route.steps.all()))
    return removed


def restore_step(*, campaign: Campaign, removed: RemovedStep, seen: datetime | None = None) -> Step:
    """Put `removed` back where it stood, or last where its route has become shorter.

    Raises NotADraft, ChangedMeanwhile, and DraftRefused where its route is gone or the step is back already.
    """
    with opened(campaign, seen=seen) as draft:
        route = version_of(draft).routes.filter(pk=removed.route_id).first()
        if route is None:
            raise DraftRefused("removed", gettext("The route of this step was removed, so it cannot be put back."))
        steps = list(route.steps.all())
        if any(step.key == removed.key for step in steps):
            raise DraftRefused("removed", gettext("This step is back already."))
        step = removed.as_step()
        step.position = len(steps)
        step.save()
        steps.insert(removed.position, step)
        number(steps)
    return step
