"""Idempotency keys: unguessable, unique for ever, and in the order of time, so that their index grows at one end."""

import os
import time


def new_key() -> str:
    """A UUID of version 7 (RFC 9562, section 5.7) in 32 hexadecimal digits: 48 bits of milliseconds, 74 random ones."""
    milliseconds = time.time_ns() // 1_000_000
    chance = int.from_bytes(os.urandom(10))
    high = (milliseconds << 16) | (0x7 << 12) | (chance >> 62 & 0xFFF)
    return f"{high << 64 | 0b10 << 62 | chance & (1 << 62) - 1:032x}"
