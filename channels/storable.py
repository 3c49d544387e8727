"""What a vendor said, as the database takes it: no zero, no half of a surrogate pair, no longer than its column."""

from dataclasses import replace
from decimal import Decimal
from hashlib import sha256

from channels.messages import Receipt

# Of the columns, in characters.
LONGEST_ID = 200
LONGEST_CODE = 60
# Of the reporting currency and of every other: numeric(12, 6).
HIGHEST_PRICE = Decimal(10**6)


def storable(text: str) -> str:
    """`text` with a space in place of each character that is none, or that no page can show."""
    return text if text.isprintable() else "".join([sign if sign.isprintable() else " " for sign in text])


def vendor_id(text: str) -> str:
    """A vendor's id of a message as it is kept and looked for; the end of a long one is a hash."""
    known = storable(text)
    if len(known) <= LONGEST_ID:
        return known
    end = sha256(known.encode()).hexdigest()[:40]
    return known[: LONGEST_ID - len(end)] + end


def storable_receipt(receipt: Receipt) -> Receipt:
    """`receipt` as it can be recorded. A price that none can be is as if the vendor had told none."""
    known_id, code, detail = vendor_id(receipt.vendor_message_id), storable(receipt.code), storable(receipt.detail)
    price = receipt.price if receipt.price is None or _is_price(receipt.price) else None
    told = receipt.vendor_message_id, receipt.code, receipt.detail, receipt.price
    if (known_id, code, detail, price) == told and len(code) <= LONGEST_CODE:
        return receipt
    return replace(receipt, vendor_message_id=known_id, code=code[:LONGEST_CODE], detail=detail, price=price)


def _is_price(price: Decimal) -> bool:
    return price.is_finite() and abs(price) < HIGHEST_PRICE
