"""A provider that breaks its contract: each message still gets one receipt, and nobody waits for ever."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any, ClassVar

import pytest

from campaigns.engine.wire import Wire
from channels.errors import ErrorClass
from channels.kinds import Channel
from channels.messages import OutboundMessage, Receipt, ReceiptStatus
from channels.provider import AccountSettings, Provider

MESSAGES = [
    OutboundMessage(key=f"key-{number}", channel=Channel.SMS, sender="SHOP", address="+380671112233", text="Hello")
    for number in range(3)
]


class GivesNothing(Provider):
    """Forgets to give a receipt."""

    key = "gives_nothing"
    label = "Gives nothing"
    channels: ClassVar = {}

    async def send(self, message: OutboundMessage) -> Any:
        """No receipt."""


class BreaksOff(GivesNothing):
    """Answers the first one, and raises what no provider may raise."""

    async def send_many(self, messages: Sequence[OutboundMessage]) -> AsyncIterator[Receipt]:
        """One receipt for all, and an error."""
        yield Receipt(key=messages[0].key, status=ReceiptStatus.ACCEPTED, vendor_message_id="id")
        raise RuntimeError("a defect")


@pytest.mark.parametrize(("provider", "accepted"), [(GivesNothing, 0), (BreaksOff, 1)])
def test_each_message_gets_one_receipt(provider: type[Provider], accepted: int) -> None:
    account = AccountSettings(account_id=1, settings={})
    with Wire(lambda: provider(account)) as wire:
        wire.send(MESSAGES)
        found: list[Receipt] = []
        while wire.in_flight:
            found += wire.receipts(wait=timedelta(seconds=10), enough=len(MESSAGES))
    assert sorted(receipt.key for receipt in found) == [message.key for message in MESSAGES]
    unknown = [receipt for receipt in found if receipt.error_class is ErrorClass.UNKNOWN]
    assert len(unknown) == len(MESSAGES) - accepted
    assert {receipt.code for receipt in unknown} == {"defect"}
