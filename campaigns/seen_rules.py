"""What a review showed of the segments' rules, held against those of the launch.

A segment may change apart from the drafts that use it, so `updated_at` of the draft does not tell.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence

from campaigns.models import Campaign, Route, Segment


class RulesChanged(Exception):
    """The `segments` that the draft uses are no longer as its review showed them."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        super().__init__(", ".join(segment.name for segment in segments))
        self.segments = tuple(segments)


def marks_of(campaign: Campaign, routes: Iterable[Route]) -> list[str]:
    """A mark for each segment that decides who is in `campaign` and goes which of its `routes`, as it was read."""
    segments = [campaign.segment, *(route.segment for route in routes)]
    return list(dict.fromkeys(_mark(segment) for segment in segments if segment))


def hold_rules(draft: Campaign, *, seen: Collection[str] | None) -> None:
    """Let nobody change the segments of `draft` before this transaction has ended.

    `seen` are the marks of a review (None: there was none). Raises RulesChanged where a segment has another by now.
    """
    routes = Route.objects.filter(version=draft.version_id).exclude(segment=None)
    ids = {draft.segment_id, *routes.values_list("segment", flat=True)}
    held = list(Segment.objects.filter(pk__in=ids - {None}).order_by("pk").select_for_update(no_key=True))
    changed = [segment for segment in held if seen is not None and _mark(segment) not in seen]
    if changed:
        raise RulesChanged(changed)


def _mark(segment: Segment) -> str:
    """Which segment it is, whether it is archived, and a digest of its rule; another name is no other rule."""
    rule = json.dumps([segment.rule, segment.archived_at is not None], sort_keys=True)
    return f"{segment.pk}.{hashlib.sha256(rule.encode()).hexdigest()[:16]}"
