"""What a campaign has reserved becomes spent or free again, once for each transaction."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import F

from campaigns.models import BudgetState


class Reservations:
    """The settlements of one transaction, by campaign."""

    def __init__(self) -> None:
        self._freed: dict[int, Decimal] = defaultdict(Decimal)
        self._spent: dict[int, Decimal] = defaultdict(Decimal)

    def settle(self, campaign_id: int, *, reserved: Decimal, spent: Decimal) -> None:
        """Of what `campaign_id` had `reserved` for a message, `spent` was spent; the rest is free."""
        self._freed[campaign_id] += reserved
        self._spent[campaign_id] += spent

    def write(self) -> None:
        """Write it, in the order of the campaigns' ids. The rows exist: something was reserved."""
        for campaign_id in sorted(self._freed):
            BudgetState.objects.filter(campaign_id=campaign_id).update(
                reserved=F("reserved") - self._freed[campaign_id],
                spent=F("spent") + self._spent[campaign_id],
            )
