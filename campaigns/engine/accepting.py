"""The vendor has the message: its receipt said so, or an event that only an accepted message can have."""

from campaigns.engine.counters import Counter
from campaigns.engine.ledger import Ledger, place_of
from campaigns.engine.routes import Surroundings, quiet_hours
from campaigns.engine.waking import add_waking
from campaigns.models import Message
from campaigns.models.messages import MessageStatus

# A message in another state cannot become accepted: it never left, or is accepted already.
BEFORE = frozenset(
    {
        MessageStatus.SENDING,
        MessageStatus.UNKNOWN,
        MessageStatus.QUEUED,
        MessageStatus.CLAIMED,
    }
)


def accept(
    ledger: Ledger,
    message: Message,
    surroundings: Surroundings,
) -> None:
    """Record that the vendor has the locked `message`, once; its decision window opens now.

    One that was put back for a repetition under its key is not sent again.
    """
    if message.accepted_at or (message.status not in BEFORE and message.status != MessageStatus.WITHDRAWN):
        return
    if message.status == MessageStatus.UNKNOWN:
        ledger.deltas.add(place_of(message), Counter.UNKNOWN, -1)
    campaign = surroundings.campaigns[message.campaign_id]
    quiet = quiet_hours(campaign) if message.step.is_waking_time else None
    decide_at = add_waking(
        ledger.now,
        message.step.timeout,
        quiet,
        surroundings.zone_of(message.enrolment.contact),
    )
    ledger.change(
        message,
        status=MessageStatus.ACCEPTED,
        accepted_at=ledger.now,
        decide_at=decide_at,
        hold_reason="",
        error_class="",
    )
    ledger.deltas.add(place_of(message), Counter.ACCEPTED)
    if not message.enrolment.outcome and not message.fate:
        ledger.change(message.enrolment, next_at=decide_at)
