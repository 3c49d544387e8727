"""A visit to one of our addresses: which attempt it is about, and the hit that is kept of it."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from campaigns.links import target_url
from campaigns.masking import masked
from campaigns.models import Contact, Hit
from campaigns.personalise import contact_values
from campaigns.signals_policy import Signal, SignalKind, classify
from channels.kinds import Channel

AGENT_LENGTH = 300

# Everything about an attempt that answering a visit takes, in one round trip. The link is of the version that
# the person was enrolled on, so that a token leads to nothing but its own campaign's links.
_FIND = """
SELECT cascade_now() AS at, a.id AS attempt_id, COALESCE(m.accepted_at, a.sending_at) AS accepted_at, m.channel,
    e.data, e.contact_id, c.first_name, c.last_name, c.birth_date, c.language, c.country, c.external_id,
    c.attributes, c.is_trackable, d.kind AS address_kind, d.value AS address_value, l.id AS link_id, l.url AS link_url,
    (SELECT count(*) FROM campaigns_link WHERE version_id = e.version_id) AS links
FROM campaigns_attempt a
JOIN campaigns_message m ON m.id = a.message_id
JOIN campaigns_enrolment e ON e.id = m.enrolment_id
JOIN campaigns_contact c ON c.id = e.contact_id
LEFT JOIN campaigns_address d ON d.id = a.address_id
LEFT JOIN campaigns_link l ON l.version_id = e.version_id AND l.position = %(position)s
WHERE {which}
"""
_BY_TOKEN = _FIND.format(which="a.token = %(token)s AND l.id IS NOT NULL")
_BY_ID = _FIND.format(which="a.id = %(attempt_id)s")


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
    contact: Contact
    sends_many_links: bool
    address: str = ""
    link_id: int | None = None
    target: str = ""


def click_visit(token: str, position: int) -> Visit | None:
    """The visit to the link at `position` in the attempt with `token`; None if there is no such link."""
    return _find(_BY_TOKEN, token=token, position=position)


def signed_visit(attempt_id: int) -> Visit | None:
    """The visit to a pixel, a trap or an unsubscribe page of an attempt; None if it is no longer there."""
    return _find(_BY_ID, attempt_id=attempt_id, position=None)


def store_hit(visit: Visit, kind: SignalKind, *, method: str, user_agent: str) -> bool:
    """Keep the visit as a hit that is judged when it can be; gives whether it was kept.

    Nothing is kept of somebody who may not be tracked.
    """
    if not visit.contact.is_trackable:
        return False
    signal = Signal(kind=kind, at=visit.at, link=visit.link_id, method=method, user_agent=user_agent)
    verdict = classify(
        signal,
        (),
        accepted_at=visit.accepted_at,
        sends_many_links=visit.sends_many_links,
        is_mail=visit.channel == Channel.EMAIL,
    )
    Hit.objects.create(
        kind=kind,
        attempt_id=visit.attempt_id,
        link_id=visit.link_id,
        at=visit.at,
        method=method,
        user_agent=user_agent.replace("\0", "")[:AGENT_LENGTH],
        decide_at=verdict.until or visit.at,
    )
    return True


def _find(query: str, **which: Any) -> Visit | None:
    with connection.cursor() as cursor:
        cursor.execute(query, which)
        found = cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    return _visit(dict(zip(names, found, strict=True))) if found else None


def _visit(row: dict[str, Any]) -> Visit:
    contact = Contact(
        id=row["contact_id"],
        first_name=row["first_name"],
        last_name=row["last_name"],
        birth_date=row["birth_date"],
        language=row["language"],
        country=row["country"],
        external_id=row["external_id"],
        attributes=json.loads(row["attributes"]),
        is_trackable=row["is_trackable"],
    )
    values = contact_values(contact, data=json.loads(row["data"])) if row["link_id"] else {}
    return Visit(
        at=row["at"],
        attempt_id=row["attempt_id"],
        accepted_at=row["accepted_at"],
        channel=Channel(row["channel"]),
        contact=contact,
        sends_many_links=row["links"] > 1,
        address=masked(row["address_kind"], row["address_value"]) if row["address_kind"] else "",
        link_id=row["link_id"],
        target=target_url(row["link_url"], values) if row["link_id"] else "",
    )
