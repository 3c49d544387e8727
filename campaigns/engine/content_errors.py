"""A text that the vendor refuses again and again is not a person's fault: the campaign is held for somebody to look."""

from collections import Counter as Tally
from collections.abc import Iterable
from datetime import datetime

from campaigns.models import Campaign, Message
from campaigns.models.messages import MessageStatus
from channels.errors import ErrorClass

# The same error at so many messages, and at this share of the step's last ones.
AT_LEAST = 20
LAST = 100
SHARE = 5


def hold_broken_campaigns(messages: Iterable[Message], now: datetime) -> None:
    """Hold the campaigns whose steps keep failing with one content error; `messages` are those just recorded."""
    broken = {
        message.step_id: message.campaign_id
        for message in messages
        if message.status == MessageStatus.FAILED and message.error_class == ErrorClass.CONTENT
    }
    for step_id, campaign_id in broken.items():
        error = _repeated_error(step_id)
        if error:
            Campaign.objects.filter(pk=campaign_id, held_at=None).update(held_at=now, held_reason=error)


def _repeated_error(step_id: int) -> str:
    last = (
        Message.objects.filter(step_id=step_id, first_attempt_at__isnull=False)
        .order_by("-id")
        .values_list("error_class", "error_code", "error_detail")[:LAST]
    )
    tally = Tally((code, detail) for error_class, code, detail in last if error_class == ErrorClass.CONTENT)
    if not tally:
        return ""
    (code, detail), count = tally.most_common(1)[0]
    return f"{code} {detail}".strip() if count >= AT_LEAST and count * SHARE >= len(last) else ""
