"""Amounts of money in fields, as somebody would type them."""

from decimal import Decimal


def plain(amount: Decimal | int) -> Decimal:
    """`amount` without the zeros that the database puts behind it."""
    return Decimal(f"{Decimal(amount).normalize():f}")
