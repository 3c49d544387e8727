"""A draft, locked while it is changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext

from campaigns.models import Campaign, CampaignVersion, Route, User

# Whoever changes drafts at the moment. Every verb would only hand them on to `opened`.
_actor: ContextVar[User | None] = ContextVar("who changes drafts", default=None)


class NotADraft(Exception):
    """The campaign has been launched, so this part of it can no longer change."""


class ChangedMeanwhile(Exception):
    """The campaign was changed at `changed_at` (aware), after this editor had read it.

    `changed_by` is None where nobody knows who did it; `is_own` says that it was the editor, in another window.
    """

    def __init__(self, changed_at: datetime, changed_by: User | None = None) -> None:
        super().__init__(changed_at)
        self.changed_at = changed_at
        self.changed_by = changed_by
        self.is_own = changed_by is not None and changed_by == _actor.get()


class DraftRefused(Exception):
    """The draft cannot take this. `field` is the argument to blame, `sentence` says why in the user's words."""

    def __init__(self, field: str, sentence: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence


@contextmanager
def acting(actor: User) -> Iterator[None]:
    """What changes drafts within the block, `actor` does."""
    token = _actor.set(actor)
    try:
        yield
    finally:
        _actor.reset(token)


@contextmanager
def opened(campaign: Campaign, *, seen: datetime | None = None) -> Iterator[Campaign]:
    """`campaign` as it is now, locked in a transaction; leaving the block saves it and moves its `updated_at` on.

    It remembers whoever is `acting`. The caller's own object learns the new `updated_at`. Raises NotADraft and
    ChangedMeanwhile.
    """
    with transaction.atomic():
        draft = locked(campaign, seen=seen)
        if not draft.is_editable or draft.archived_at is not None:
            raise NotADraft
        yield draft
        draft.changed_by = _actor.get()
        draft.save()
        campaign.updated_at = draft.updated_at


def locked(campaign: Campaign, *, seen: datetime | None = None) -> Campaign:
    """`campaign` locked until the surrounding transaction ends. Raises ChangedMeanwhile."""
    row = Campaign.objects.select_for_update(of=("self",)).select_related("version").get(pk=campaign.pk)
    if seen is not None and row.updated_at != seen:
        # Who changes a launched campaign is told by the audit.
        raise ChangedMeanwhile(row.updated_at, row.changed_by if row.is_editable else None)
    return row


def version_of(campaign: Campaign) -> CampaignVersion:
    """The version that is being edited. Every campaign has one from its creation on."""
    if campaign.version is None:
        raise AssertionError("a campaign is made with its version")
    return campaign.version


def check_there(draft: Campaign, route: Route) -> None:
    """Raise DraftRefused where somebody removed `route` of the locked `draft` after the caller had found it."""
    if not version_of(draft).routes.filter(pk=route.pk).exists():
        raise DraftRefused("route", gettext("This route was removed meanwhile, so nothing was changed."))
