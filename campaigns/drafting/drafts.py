"""Drafts as a whole: made, given an audience, put away."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from campaigns.drafting.opening import DraftRefused, NotADraft, locked, opened
from campaigns.engine import clock
from campaigns.models import AuditEntry, Campaign, CampaignVersion, Installation, Purpose, Route, Segment, User
from campaigns.models.campaigns import CampaignKind


@transaction.atomic
def create(
    *,
    name: str,
    actor: User | None,
    kind: str = CampaignKind.ONCE,
    purpose: str = Purpose.MARKETING,
    segment: Segment | None = None,
) -> Campaign:
    """A new draft with the installation's limits and an empty default route.

    `segment` None is everyone. Raises DraftRefused where `kind` has no audience but one is given.
    """
    _check_audience(kind, segment)
    installation = Installation.current()
    campaign = Campaign.objects.create(
        name=name,
        kind=kind,
        purpose=purpose,
        segment=segment,
        created_by=actor,
        quiet_from=installation.quiet_from,
        quiet_until=installation.quiet_until,
        cap_campaigns=installation.cap_campaigns,
        cap_days=installation.cap_days,
    )
    campaign.version = CampaignVersion.objects.create(campaign=campaign)
    campaign.save(update_fields=["version", "updated_at"])
    Route.objects.create(version=campaign.version, position=0)
    return campaign


def change_audience(
    *, campaign: Campaign, name: str, kind: str, purpose: str, segment: Segment | None, seen: datetime | None = None
) -> None:
    """Rename the draft and say whom it is for; `segment` None is everyone.

    Raises NotADraft, ChangedMeanwhile, and DraftRefused where `kind` has no audience but one is given.
    """
    _check_audience(kind, segment)
    with opened(campaign, seen=seen) as draft:
        draft.name, draft.kind, draft.purpose, draft.segment = name, kind, purpose, segment


@transaction.atomic
def archive(*, campaign: Campaign, actor: User | None) -> None:
    """Put away a campaign that is over; its figures stay. Raises NotADraft where people may still be inside."""
    row = locked(campaign)
    if not row.is_over:
        raise NotADraft
    row.archived_at = clock.now()
    row.save(update_fields=["archived_at", "updated_at"])
    _record(actor, "archive", row)


@transaction.atomic
def delete(*, campaign: Campaign, actor: User | None) -> None:
    """Delete a draft, which nobody has received anything of. Raises NotADraft for every other campaign."""
    row = locked(campaign)
    if not row.is_editable:
        raise NotADraft
    _record(actor, "delete", row)
    # The campaign points to its version, and the version to its campaign.
    row.version = None
    row.save(update_fields=["version"])
    row.delete()


def _check_audience(kind: str, segment: Segment | None) -> None:
    if kind != CampaignKind.ONCE and segment is not None:
        raise DraftRefused("segment", gettext("People come to this campaign one by one, so it has no audience."))


def _record(actor: User | None, verb: str, campaign: Campaign) -> None:
    AuditEntry.objects.create(
        actor=actor, verb=verb, subject_kind="campaign", subject_id=campaign.pk, details={"name": campaign.name}
    )
