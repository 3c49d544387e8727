"""Reads stored webhooks: what they tell is matched to messages and recorded."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from campaigns.engine.matching import Told, match
from campaigns.engine.recording import record_happenings
from campaigns.engine.routes import Load
from campaigns.testing.hearing import hear
from channels.models import Account, InboundRequest
from channels.opening import open_provider
from channels.provider import Provider, WebhookRequest

logger = logging.getLogger(__name__)

BATCH = 200
# An event may come before the receipt that tells its message's id. After this many tries, each after
# twice the time (about two hours in all), it is taken for an event of a message that is not ours.
TRIES = 13
FIRST_RETRY = timedelta(seconds=1)

# With the claim comes whether any test message has left: where none has, no event is looked for among them.
CLAIM = """
SELECT received_at, id, account_id, method, path, query, headers, body, tries,
    EXISTS (SELECT FROM campaigns_testmessage WHERE sent_at IS NOT NULL)
FROM channels_inboundrequest
WHERE state IN ('new', 'waiting') AND retry_at <= clock_timestamp()
ORDER BY retry_at LIMIT %s FOR UPDATE SKIP LOCKED
"""
_UPDATE = "UPDATE channels_inboundrequest SET {assignments} WHERE received_at = ANY(%s) AND id = ANY(%s)"


@dataclass(frozen=True, kw_only=True)
class Stored:
    """A claimed inbound request; `has_tests` says that it may be about a test message, because some have left."""

    received_at: datetime
    id: int
    account_id: int
    request: WebhookRequest
    tries: int
    has_tests: bool


def drain(now: datetime, *, limit: int = BATCH, load: Load) -> int:
    """Read up to `limit` stored requests and record their events; gives how many there were.

    One that cannot be read is set aside with the reason and never stops the others: when the batch
    fails, its requests are read one by one.
    """
    try:
        return _drain(now, limit, load)
    except Exception:
        logger.exception("a batch of inbound requests failed; they are read one by one")
        return _drain_one_by_one(now, limit, load)


@transaction.atomic
def _drain(now: datetime, limit: int, load: Load) -> int:
    stored = _claim(limit)
    if stored:
        _read(stored, now, load)
    return len(stored)


def _drain_one_by_one(now: datetime, limit: int, load: Load) -> int:
    for done in range(limit):
        with transaction.atomic():
            stored = _claim(1)
            if not stored:
                return done
            try:
                with transaction.atomic():
                    _read(stored, now, load)
            except Exception as error:
                logger.exception("inbound request %s cannot be recorded", stored[0].id)
                _close(
                    stored,
                    state=InboundRequest.State.FAILED,
                    error=f"{type(error).__name__}: {error}",
                )
    return limit


def _claim(limit: int) -> list[Stored]:
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [limit])
        rows = cursor.fetchall()
    return [
        Stored(
            received_at=received_at,
            id=pk,
            account_id=account_id,
            request=WebhookRequest(
                method=method,
                path=path,
                query=_json(query),
                headers=_json(headers),
                body=bytes(body),
            ),
            tries=tries,
            has_tests=has_tests,
        )
        for received_at, pk, account_id, method, path, query, headers, body, tries, has_tests in rows
    ]


def _json(value: str | dict[str, str]) -> dict[str, str]:
    decoded: dict[str, str] = json.loads(value) if isinstance(value, str) else value
    return decoded


def _read(stored: Sequence[Stored], now: datetime, load: Load) -> None:
    vendors = _Vendors(Account.objects.in_bulk({one.account_id for one in stored}))
    told: list[Told] = []
    unreadable: list[tuple[Stored, str]] = []
    for one in stored:
        try:
            told += vendors.parse(one)
        except Exception as error:
            logger.exception("inbound request %s cannot be read", one.id)
            unreadable.append((one, f"{type(error).__name__}: {error}"))
    others = hear(told, now=now) if any(one.has_tests for one in stored) else told
    happenings, unknown = match(others, now=now)
    record_happenings(happenings, now=now, load=load)
    waiting = {one.inbound_request_id for one in unknown}
    for one, reason in unreadable:
        _close([one], state=InboundRequest.State.FAILED, error=reason)
    failed = {one.id for one, _ in unreadable}
    _close(
        [one for one in stored if one.id not in waiting | failed],
        state=InboundRequest.State.DONE,
    )
    _wait([one for one in stored if one.id in waiting])


class _Vendors:
    """Reads requests as the provider of each account does, which is opened once for all of its requests."""

    def __init__(self, accounts: Mapping[int, Account]) -> None:
        self._accounts = accounts
        self._open: dict[int, Provider] = {}

    def parse(self, one: Stored) -> list[Told]:
        """What `one` tells. Raises whatever the provider raises."""
        account = self._accounts[one.account_id]
        if account.pk not in self._open:
            self._open[account.pk] = open_provider(account)
        events = self._open[account.pk].parse_events(one.request)
        return [Told(event=event, account=account, inbound_request_id=one.id) for event in events]


def _close(stored: Sequence[Stored], *, state: InboundRequest.State, error: str = "") -> None:
    _update(stored, "state = %s, error = %s", [state, error[:1000]])


def _wait(stored: Sequence[Stored]) -> None:
    for one in stored:
        if one.tries + 1 >= TRIES:
            _close(
                [one],
                state=InboundRequest.State.DONE,
                error="it names a message that is not ours",
            )
        else:
            _update(
                [one],
                "state = 'waiting', tries = tries + 1, retry_at = clock_timestamp() + %s",
                [FIRST_RETRY * 2**one.tries],
            )


def _update(stored: Sequence[Stored], assignments: str, values: list[Any]) -> None:
    """Set `assignments` (SQL of this file, never from outside) of `stored`."""
    if not stored:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _UPDATE.format(assignments=assignments),
            [*values, [one.received_at for one in stored], [one.id for one in stored]],
        )
