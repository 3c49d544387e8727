"""What has been played: a mark in the same transaction, so that whoever goes on knows where."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import QuerySet

from campaigns.models import AuditEntry, User
from campaigns.sample.history.calendar import FULL, Joining, PlannedCampaign, campaigns_in
from campaigns.sample.history.markets import MARKETS, Market

PLAYED, JOINED = "played", "joined"


@dataclass(frozen=True, kw_only=True)
class Progress:
    """So many campaigns of the year have been played, of so many."""

    done: int
    total: int


def leave(market: Market, item: Joining | PlannedCampaign, *, by: User) -> None:
    """Note that `item` of the year of `market` is played."""
    AuditEntry.objects.create(actor=by, **_mark(market, item))


def is_there(market: Market, item: Joining | PlannedCampaign) -> bool:
    """Whether `item` of the year of `market` has been played."""
    return AuditEntry.objects.filter(**_mark(market, item)).exists()


def progress() -> Progress | None:
    """How far the history is, while it is being played; None where there is none, or no more of it to come."""
    if not settings.HAS_HISTORY:
        return None
    total = campaigns_in(FULL) * len(MARKETS)
    done = _played().count()
    return Progress(done=done, total=total) if done < total else None


def _played() -> QuerySet[AuditEntry]:
    kinds = [_kind(market) for market in MARKETS.values()]
    return AuditEntry.objects.filter(subject_kind__in=kinds, verb=PLAYED)


def _mark(market: Market, item: Joining | PlannedCampaign) -> dict[str, object]:
    verb = JOINED if isinstance(item, Joining) else PLAYED
    return {"verb": verb, "subject_kind": _kind(market), "subject_id": item.number}


def _kind(market: Market) -> str:
    return f"history {market.key}"
