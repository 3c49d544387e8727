"""A campaign once more, as a new draft."""

from collections.abc import Iterable
from typing import TypeVar

from django.db import models, transaction

from campaigns.drafting.drafts import create
from campaigns.drafting.opening import version_of
from campaigns.models import Campaign, CampaignVersion, Content, Link, Route, Step, User

# Everything a person chose, but the start: a copy begins when somebody says so.
_CHOICES = (
    "priority",
    "quiet_from",
    "quiet_until",
    "cap_campaigns",
    "cap_days",
    "on_cap",
    "budget",
    "grace",
    "do_machine_signals_count",
    "untracked",
    "entry_policy",
)

Part = TypeVar("Part", bound=models.Model)


@transaction.atomic
def copy(*, campaign: Campaign, name: str, actor: User | None) -> Campaign:
    """A new draft called `name` with the audience, texts, chain and limits of `campaign`, without its schedule."""
    draft = create(name=name, actor=actor, kind=campaign.kind, purpose=campaign.purpose, segment=campaign.segment)
    for field in _CHOICES:
        setattr(draft, field, getattr(campaign, field))
    draft.save()
    source, target = version_of(campaign), version_of(draft)
    target.routes.all().delete()
    Content.objects.bulk_create(_moved(source.contents.all(), version=target))
    Link.objects.bulk_create(_moved(source.links.all(), version=target))
    _copy_routes(source, target)
    return draft


def copy_steps(*, source: Route, target: Route) -> None:
    """Give `target`, which has none, steps like those of `source`."""
    Step.objects.bulk_create(_moved(source.steps.all(), route=target))


def _copy_routes(source: CampaignVersion, target: CampaignVersion) -> None:
    for route in source.routes.all():
        made = Route.objects.create(version=target, position=route.position, segment=route.segment)
        copy_steps(source=route, target=made)


def _moved(parts: Iterable[Part], **owner: models.Model) -> list[Part]:
    """Copies of `parts` that belong to `owner`."""
    copies = list(parts)
    for part in copies:
        part.pk = None
        for field, value in owner.items():
            setattr(part, field, value)
    return copies
