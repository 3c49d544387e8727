"""The frequency cap: how many campaigns a person has had lately, asked once, at an enrolment's first send."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection

from campaigns.engine.claimed import Claimed
from campaigns.models import Contact, Message
from campaigns.models.consent import Purpose

# Other marketing campaigns that sent something to the contact since then.
LATELY = """
SELECT e.contact_id, count(DISTINCT e.campaign_id)
FROM campaigns_enrolment e JOIN campaigns_campaign c ON c.id = e.campaign_id
WHERE e.contact_id = ANY(%(contacts)s) AND e.campaign_id <> %(campaign)s AND c.purpose = 'marketing'
AND EXISTS (
    SELECT FROM campaigns_message m JOIN campaigns_attempt a ON a.message_id = m.id
    WHERE m.enrolment_id = e.id AND a.sending_at > %(since)s AND a.status IN ('sending', 'accepted', 'unknown')
)
GROUP BY e.contact_id
"""


def over_cap(messages: Sequence[Claimed], now: datetime) -> set[int]:
    """The ids of those among `messages` whose contact has had enough campaigns, by the cap of theirs.

    Locks the contacts asked about, so that two campaigns cannot both be the last one allowed. A later
    step is never capped, and neither is a transactional campaign. Call it in the marking transaction.
    """
    capped = [
        message
        for message in messages
        if message.campaign.cap_campaigns is not None
        and message.campaign.purpose == Purpose.MARKETING
        and message.first_attempt_at is None
    ]
    if not capped:
        return set()
    sent_before = set(
        Message.objects.filter(
            enrolment_id__in={message.enrolment_id for message in capped},
            first_attempt_at__isnull=False,
        ).values_list("enrolment_id", flat=True)
    )
    asked: dict[int, list[Claimed]] = defaultdict(list)
    for message in capped:
        if message.enrolment_id not in sent_before:
            asked[message.campaign.pk].append(message)
    _lock({message.contact.pk for of_campaign in asked.values() for message in of_campaign})
    return {pk for of_campaign in asked.values() for pk in _over(of_campaign, now)}


def _lock(contact_ids: Iterable[int]) -> None:
    """All in one go, in the order of their ids: two workers may have the same people in several campaigns."""
    list(Contact.objects.filter(pk__in=contact_ids).order_by("pk").select_for_update().values_list("pk"))


def _over(messages: Sequence[Claimed], now: datetime) -> set[int]:
    campaign = messages[0].campaign
    contacts = sorted({message.contact.pk for message in messages})
    since = now - timedelta(days=campaign.cap_days)
    with connection.cursor() as cursor:
        cursor.execute(LATELY, {"contacts": contacts, "campaign": campaign.pk, "since": since})
        counts = dict(cursor.fetchall())
    cap = campaign.cap_campaigns or 0
    return {message.pk for message in messages if counts.get(message.contact.pk, 0) >= cap}
