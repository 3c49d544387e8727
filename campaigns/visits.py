"""A visit to one of our addresses: which attempt it is about, and the hit that is kept of it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from campaigns.engine.claimed import RECIPIENT, Recipient, recipient
from campaigns.links import target_url
from campaigns.masking import masked
from campaigns.personalise import contact_values
from campaigns.signals_policy import Signal, SignalKind, classify
from channels.kinds import Channel
from channels.rows import array, run, texts

AGENT_LENGTH = 300

# Everything about the attempts that answering visits takes, in one round trip. The link is of the version that the
# person was enrolled on, so that a token leads to nothing but its own campaign's links.
_FIND = """
WITH asked AS MATERIALIZED (SELECT cascade_now() AS at)
SELECT g.place, asked.at, a.id, COALESCE(m.accepted_at, a.sending_at), m.channel,
    e.data, {recipient}, d.kind, d.value, l.id, l.url,
    (SELECT count(*) FROM campaigns_link WHERE version_id = e.version_id)
FROM asked
CROSS JOIN unnest(%(tokens)s::text[], %(positions)s::int[], %(attempts)s::bigint[], %(places)s::int[])
    AS g (token, position, attempt_id, place)
JOIN campaigns_attempt a ON {which}
JOIN campaigns_message m ON m.id = a.message_id
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
JOIN campaigns_contact p ON p.id = e.contact_id
LEFT JOIN campaigns_address d ON d.id = a.address_id
LEFT JOIN campaigns_link l ON l.version_id = e.version_id AND l.position = g.position
"""
_BY_TOKEN = _FIND.format(recipient=RECIPIENT, which="a.token = g.token") + " WHERE l.id IS NOT NULL"
_BY_ID = _FIND.format(recipient=RECIPIENT, which="a.id = g.attempt_id")

_KEEP = """
INSERT INTO campaigns_hit (kind, attempt_id, link_id, at, method, user_agent, decide_at, machine_rule)
SELECT *, '' FROM unnest(%s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::text[], %s::text[],
    %s::timestamptz[])
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Knock:
    """A request to a tracked link (`token` and `position`), or to the pixel or the trap of the attempt `attempt_id`.

    It comes now, unless the product's time `at` says when it came.
    """

    kind: SignalKind
    method: str
    user_agent: str
    token: str | None = None
    position: int | None = None
    attempt_id: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Visit:
    """A visit at the product's time `at`, and what it is about.

    `accepted_at` is when the vendor took the message, or when it was sent where no answer has come.
    `address` is masked, '' where it is a token, an id or no longer there. `link_id` and `target` ('' where it
    leads nowhere) are of a click only.
    """

    at: datetime
    attempt_id: int
    accepted_at: datetime
    channel: Channel
    contact: Recipient
    sends_many_links: bool
    address: str = ""
    link_id: int | None = None
    target: str = ""


def keep(knocks: Sequence[Knock]) -> list[Visit | None]:
    """Keep a hit of each of `knocks`, to be judged when it can be; committed on return.

    Gives the visits in their order: None where there is no such address. Nothing is kept of somebody who may not be
    tracked, or of a link that leads nowhere.
    """
    visits = _visits(knocks)
    kept = [
        (knock, visit)
        for knock, visit in zip(knocks, visits, strict=True)
        if visit and visit.contact.is_trackable and (visit.target or knock.kind is not SignalKind.CLICK)
    ]
    if kept:
        run(_KEEP, _columns(kept))
    return visits


def signed_visit(attempt_id: int) -> Visit | None:
    """The visit to the unsubscribe page of an attempt, of which no hit is kept; None if it is no longer there."""
    return _find(_BY_ID, [Knock(kind=SignalKind.OPEN, method="", user_agent="", attempt_id=attempt_id)]).get(0)


def _visits(knocks: Sequence[Knock]) -> list[Visit | None]:
    found: dict[int, Visit] = {}
    if any(knock.token for knock in knocks):
        found |= _find(_BY_TOKEN, knocks)
    if any(knock.attempt_id for knock in knocks):
        found |= _find(_BY_ID, knocks)
    return [_timed(found.get(place), knock.at) for place, knock in enumerate(knocks)]


def _timed(visit: Visit | None, at: datetime | None) -> Visit | None:
    return replace(visit, at=at) if visit and at else visit


def _find(query: str, knocks: Sequence[Knock]) -> dict[int, Visit]:
    """By their places among `knocks`."""
    values = {
        "tokens": texts(knock.token for knock in knocks),
        "positions": array(knock.position for knock in knocks),
        "attempts": array(knock.attempt_id for knock in knocks),
        "places": array(range(len(knocks))),
    }
    return {row[0]: _visit(row[1:]) for row in run(query, values)}


def _columns(kept: Sequence[tuple[Knock, Visit]]) -> list[object]:
    verdicts = [_judged(knock, visit) for knock, visit in kept]
    return [
        texts(knock.kind for knock, _ in kept),
        array(visit.attempt_id for _, visit in kept),
        array(visit.link_id for _, visit in kept),
        array(visit.at.isoformat() for _, visit in kept),
        texts(knock.method for knock, _ in kept),
        texts(knock.user_agent.replace("\0", "")[:AGENT_LENGTH] for knock, _ in kept),
        array(decide_at.isoformat() for decide_at in verdicts),
    ]


def _judged(knock: Knock, visit: Visit) -> datetime:
    """When the hit can be judged: at once, if no other hit can tell more of it."""
    verdict = classify(
        Signal(kind=knock.kind, at=visit.at, link=visit.link_id, method=knock.method, user_agent=knock.user_agent),
        (),
        accepted_at=visit.accepted_at,
        sends_many_links=visit.sends_many_links,
        is_mail=visit.channel == Channel.EMAIL,
    )
    return verdict.until or visit.at


def _visit(row: Sequence[Any]) -> Visit:
    at, attempt_id, accepted_at, channel, data, *of_contact, kind, address, link_id, link_url, links = row
    contact = recipient(of_contact)
    values = contact_values(contact, data=json.loads(data)) if link_id else {}
    return Visit(
        at=at,
        attempt_id=attempt_id,
        accepted_at=accepted_at,
        channel=Channel(channel),
        contact=contact,
        sends_many_links=links > 1,
        address=masked(kind, address) if kind else "",
        link_id=link_id,
        target=target_url(link_url, values) if link_id else "",
    )
