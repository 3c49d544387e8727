"""Whatever a vendor says, its answer can be recorded: one odd answer must not lose those that came with it."""

from decimal import Decimal

import pytest

from channels.errors import ErrorClass
from channels.messages import Receipt, ReceiptStatus
from channels.storable import LONGEST_ID, storable, storable_receipt, vendor_id


@pytest.mark.parametrize(
    ("told", "kept"),
    [("plain", "plain"), ("з\u0000а", "з а"), ("half \ud83d", "half  "), ("two\nlines", "two lines"), ("", "")],
)
def test_text_is_kept_without_what_the_database_refuses(told: str, kept: str) -> None:
    assert storable(told) == kept
    storable(told).encode()


def test_a_long_id_is_kept_so_that_it_is_found_again_and_no_other_is() -> None:
    one, other = "x" * 300 + "1", "x" * 300 + "2"
    assert len(vendor_id(one)) == LONGEST_ID
    assert vendor_id(one) == vendor_id(one) != vendor_id(other)
    assert vendor_id("x" * LONGEST_ID) == "x" * LONGEST_ID


def test_an_answer_that_can_be_recorded_is_left_as_it_is() -> None:
    receipt = Receipt(key="k", status=ReceiptStatus.ACCEPTED, vendor_message_id="id", price=Decimal("0.05"))
    assert storable_receipt(receipt) is receipt


@pytest.mark.parametrize("price", [Decimal("NaN"), Decimal("Infinity"), Decimal("1e30")])
def test_what_cannot_be_recorded_of_an_answer_is_mended(price: Decimal) -> None:
    receipt = Receipt(
        key="k",
        status=ReceiptStatus.FAILED,
        vendor_message_id="a\0b",
        error_class=ErrorClass.CONTENT,
        code="c" * 100,
        detail="d\0e",
        price=price,
    )
    kept = storable_receipt(receipt)
    assert (kept.vendor_message_id, kept.code, kept.detail, kept.price) == ("a b", "c" * 60, "d e", None)
    assert (kept.key, kept.status, kept.error_class) == (receipt.key, receipt.status, receipt.error_class)
