"""What a vendor's answers say of a sender: held where the vendor refuses the account, left alone where it fails."""

from collections.abc import Sequence
from datetime import datetime

from campaigns.engine import clock, rates
from channels.errors import FAILING, ErrorClass
from channels.messages import Receipt
from channels.models import Sender


def judge_sender(sender_id: int, receipts: Sequence[Receipt], *, now: datetime) -> None:
    """Hold the sender at the first account error among its `receipts` (`now`: product time), in the vendor's words.

    One that is held already keeps its reason. It is left alone while its vendor refuses for now or says nothing clear.
    Inside a transaction.
    """
    refused = next((receipt for receipt in receipts if receipt.error_class is ErrorClass.ACCOUNT), None)
    if refused:
        reason = f"{refused.code} {refused.detail}".strip()
        Sender.objects.filter(pk=sender_id, held_at=None).update(held_at=now, held_reason=reason)
    _pace(Sender.objects.get(pk=sender_id), receipts)


def _pace(sender: Sender, receipts: Sequence[Receipt]) -> None:
    failures = [receipt for receipt in receipts if receipt.error_class in FAILING]
    if failures:
        # A vendor that asks everybody to wait is obeyed; one mailbox that does delays its own message.
        throttled = [receipt for receipt in failures if receipt.error_class is ErrorClass.THROTTLED]
        asked = [receipt.retry_after for receipt in throttled if receipt.retry_after]
        real_now = clock.real_now()
        rates.note_failures(rates.lock_state(sender), len(failures), real_now, max(asked, default=None))
    else:
        rates.recover(sender)
