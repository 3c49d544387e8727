"""What campaigns with a budget are committed to: reserved when a message is marked, free again when it is refused.

A campaign without a budget has no state: nobody counts, and nobody waits for a counter. Who changes what is
committed holds the campaign's gate ajar; who gives a running campaign a budget, or takes it away, shuts it, so that
nothing that is under way is counted twice or left out.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F

from campaigns.engine.counters import Counter
from campaigns.models import BudgetState, Campaign
from campaigns.reports_counts import read_counts
from channels.rows import array, run


@dataclass(kw_only=True)
class Room:
    """What is left of the budget of a campaign whose state is locked."""

    left: Decimal

    def take(self, amount: Decimal) -> bool:
        """Take `amount`, in the reporting currency, if there is as much."""
        if amount > self.left:
            return False
        self.left -= amount
        return True


class Commitments:
    """By how much what campaigns are committed to changes in one transaction."""

    def __init__(self) -> None:
        self._changes: dict[int, Decimal] = defaultdict(Decimal)

    def add(self, campaign_id: int, amount: Decimal) -> None:
        """Commit `campaign_id` to `amount` more (less, where it is negative), in the reporting currency."""
        if amount:
            self._changes[campaign_id] += amount

    def write(self) -> None:
        """Write it, in the order of the campaigns' ids."""
        keep_open(self._changes)
        for campaign_id in sorted(self._changes):
            BudgetState.objects.filter(campaign_id=campaign_id).update(
                committed=F("committed") + self._changes[campaign_id]
            )
        self._changes.clear()


def keep_open(campaign_ids: Iterable[int]) -> None:
    """Let no budget of `campaign_ids` begin or end before this transaction has ended."""
    for campaign_id in sorted(campaign_ids):
        _gate("pg_advisory_xact_lock_shared", campaign_id)


def is_counted(campaign_ids: Iterable[int]) -> bool:
    """Whether any of `campaign_ids` has a budget; true until the transaction ends, where it keeps their gates open."""
    statement = "SELECT EXISTS (SELECT FROM campaigns_budgetstate WHERE campaign_id = ANY(%s::bigint[]))"
    return bool(run(statement, [array(campaign_ids)])[0][0])


def room(campaign_ids: Iterable[int]) -> dict[int, Room]:
    """The room of those of `campaign_ids` that have a budget; their states are locked until the transaction ends."""
    states = (
        BudgetState.objects.filter(campaign_id__in=campaign_ids)
        .order_by("campaign_id")
        .select_for_update(of=("self",))
        .values_list("campaign_id", "committed", "campaign__budget")
    )
    return {campaign_id: Room(left=(budget or Decimal(0)) - committed) for campaign_id, committed, budget in states}


def begin(campaign: Campaign) -> None:
    """`campaign` has a budget from now on: what it has sent already counts. Call it in a transaction."""
    _gate("pg_advisory_xact_lock", campaign.pk)
    BudgetState.objects.get_or_create(campaign=campaign, defaults={"committed": _cost_so_far(campaign.pk)})


def end(campaign: Campaign) -> None:
    """`campaign` has no budget any more. Call it in a transaction."""
    _gate("pg_advisory_xact_lock", campaign.pk)
    BudgetState.objects.filter(campaign=campaign).delete()


def _cost_so_far(campaign_id: int) -> Decimal:
    """What all its messages cost, as the counters tell: unanswered and running ones included."""
    return read_counts([campaign_id], counters=[Counter.COST])[campaign_id].everywhere().amount(Counter.COST)


def _gate(function: str, campaign_id: int) -> None:
    run(f"SELECT {function}(hashtextextended(%s, 0))", [f"cascade budget {campaign_id}"])
