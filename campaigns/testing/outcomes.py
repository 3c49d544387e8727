"""What became of a test message, in the user's words."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from campaigns.models import TestMessage, TestSend
from campaigns.models.testing import TestStatus
from campaigns.testing.refusals import Refusal
from channels.errors import ErrorClass
from channels.events import EventType
from channels.kinds import Channel
from channels.registry import PROVIDERS, provider_class

# Whoever waits for a delivery receipt is told of it for so long; afterwards a reload tells.
_WATCHED = timedelta(minutes=5)
_MOVING = {TestStatus.QUEUED, TestStatus.SENDING}
_TONES = {
    TestStatus.DELIVERED: "green",
    TestStatus.ACCEPTED: "blue",
    TestStatus.FAILED: "red",
    TestStatus.REFUSED: "orange",
    TestStatus.UNKNOWN: "yellow",
}
_REASONS: dict[str, str | Promise] = {
    ErrorClass.NOT_SENT: gettext_lazy("The vendor could not be reached. Try again later."),
    ErrorClass.THROTTLED: gettext_lazy("The vendor takes no more for the moment. Try again later."),
    ErrorClass.RECIPIENT: gettext_lazy("The vendor says that this address does not work."),
    ErrorClass.OPTED_OUT: gettext_lazy("The vendor says that this person wants no messages."),
    ErrorClass.CONTENT: gettext_lazy("The vendor refuses this text, picture or template."),
    ErrorClass.ACCOUNT: gettext_lazy(
        "The vendor refuses the account or the sender: an admin should look at its credentials and balance."
    ),
}


@dataclass(frozen=True, kw_only=True)
class Result:
    """A row of the page: `reason` in our words, `told` in the vendor's."""

    message: TestMessage
    label: str
    tone: str
    reason: str
    told: str


@dataclass(frozen=True, kw_only=True)
class Results:
    """All messages of a test. While it `is_moving`, the page asks again."""

    rows: Sequence[Result]
    is_moving: bool


def results(test: TestSend, now: datetime) -> Results:
    """What became of `test` until `now` (real time)."""
    messages = list(test.messages.select_related("sender__account").order_by("id"))
    is_watched = now - test.at < _WATCHED
    return Results(
        rows=[_result(message) for message in messages],
        is_moving=_are_under_way(messages) or (is_watched and any(_awaits_receipt(message) for message in messages)),
    )


def _are_under_way(messages: Iterable[TestMessage]) -> bool:
    return any(message.status in _MOVING for message in messages)


def _awaits_receipt(message: TestMessage) -> bool:
    """Has it been accepted by a vendor that will tell of its delivery?"""
    if message.status != TestStatus.ACCEPTED or message.sender.account.provider not in PROVIDERS:
        return False
    able = provider_class(message.sender.account.provider).channels.get(Channel(message.sender.channel))
    return bool(able and EventType.DELIVERED in able.reports)


def _result(message: TestMessage) -> Result:
    status = TestStatus(message.status)
    return Result(
        message=message,
        label=str(status.label),
        tone=_TONES.get(status, "secondary"),
        reason=_reason(message),
        told=f"{message.code} {message.detail}".strip() if status is TestStatus.FAILED else "",
    )


def _reason(message: TestMessage) -> str:
    if message.status == TestStatus.REFUSED:
        return str(Refusal(message.refusal).label)
    if message.status == TestStatus.UNKNOWN:
        return gettext("The vendor has not answered: it may have arrived. It is not sent again by itself.")
    if message.status == TestStatus.FAILED:
        return str(_REASONS.get(message.error_class, gettext("The vendor could not deliver it.")))
    return ""
