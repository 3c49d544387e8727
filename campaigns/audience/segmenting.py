"""The verbs of segments: save, archive, restore; a rule to begin with; and which campaigns use them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from campaigns.audience.rules import Rule, parse
from campaigns.models import AuditEntry, Campaign, ContactImport, Route, Segment, User
from channels.kinds import Channel


@transaction.atomic
def save_segment(*, segment: Segment, rule: Rule, by: User) -> None:
    """Save `segment` (new or changed, its name set) with `rule`. Campaigns that run keep the rule they have."""
    is_new = segment.pk is None
    segment.rule = rule.model_dump(mode="json", by_alias=True)
    if is_new:
        segment.created_by = by
    segment.save()
    _note(segment, by=by, verb="create" if is_new else "change")


def reachable_on(channels: Sequence[Channel]) -> Rule:
    """The rule of those who can be reached on one of `channels`, of which there is at least one."""
    conditions = [{"field": "reachable", "is": "on", "channel": channel.value} for channel in channels]
    return parse({"op": "any" if len(conditions) > 1 else "all", "rules": conditions})


def added_by(contact_import: ContactImport) -> Rule:
    """The rule of those whom `contact_import` added."""
    return parse({"op": "all", "rules": [{"field": "contact_import", "is": "is", "value": contact_import.pk}]})


@transaction.atomic
def archive_segment(*, segment: Segment, by: User) -> None:
    """Offer `segment` no more. Who uses it goes on using it."""
    Segment.objects.filter(pk=segment.pk, archived_at=None).update(archived_at=timezone.now())
    _note(segment, by=by, verb="archive")


@transaction.atomic
def restore_segment(*, segment: Segment, by: User) -> None:
    """Offer an archived `segment` again."""
    Segment.objects.filter(pk=segment.pk).update(archived_at=None)
    _note(segment, by=by, verb="restore")


def campaigns_using(segments: Iterable[Segment]) -> Mapping[int, Sequence[Campaign]]:
    """By segment id, the campaigns (archived ones aside) that have it as audience or as a route of their version."""
    ids = {segment.pk for segment in segments}
    as_audience = Campaign.objects.filter(segment__in=ids).values_list("segment", "pk")
    as_route = Route.objects.filter(segment__in=ids, version__campaign__version=F("version"))
    pairs = {*as_audience, *as_route.values_list("segment", "version__campaign")}
    campaigns = Campaign.objects.filter(archived_at=None, pk__in={pk for _segment, pk in pairs}).in_bulk()
    found: dict[int, list[Campaign]] = defaultdict(list)
    for segment_id, pk in sorted(pairs, key=lambda pair: -pair[1]):
        if pk in campaigns:
            found[segment_id].append(campaigns[pk])
    return found


def _note(segment: Segment, *, by: User, verb: str) -> None:
    AuditEntry.objects.create(
        actor=by, verb=verb, subject_kind="segment", subject_id=segment.pk, details={"name": segment.name}
    )
