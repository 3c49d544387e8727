"""What became of test messages, in the user's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from campaigns.masking import HIDDEN, masked
from campaigns.models import Campaign, TestMessage, TestSend
from campaigns.models.testing import TestStatus
from campaigns.pagination import Page, page_of
from campaigns.testing.refusals import Refusal
from channels import kinds
from channels.errors import ErrorClass
from channels.events import EventType
from channels.kinds import Channel
from channels.registry import PROVIDERS, provider_class

# Whoever waits for a delivery receipt is told of it for so long; afterwards a reload tells.
_WATCHED = timedelta(minutes=5)
_MOVING = {TestStatus.QUEUED, TestStatus.SENDING}
_TONES = {
    TestStatus.DELIVERED: "green",
    TestStatus.OPENED: "green",
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
    """A row of the page: `address` as the reader may see it, `reason` in our words, `told` in the vendor's.

    `name` and `address` are '' once the person was deleted.
    """

    message: TestMessage
    name: str
    address: str
    label: str
    tone: str
    reason: str
    told: str


@dataclass(frozen=True, kw_only=True)
class TestResults:
    """A test, and what became of its messages. While it `is_moving`, the page asks again."""

    __test__ = False

    test: TestSend
    rows: Sequence[Result]
    is_moving: bool


@dataclass(frozen=True, kw_only=True)
class PastTests:
    """A page of the messages of a campaign's tests, test by test, the latest first."""

    page: Page[TestMessage]
    tests: Sequence[TestResults]

    @property
    def is_moving(self) -> bool:
        """Does any of them wait for something?"""
        return any(test.is_moving for test in self.tests)


def results(test: TestSend, now: datetime, *, sees_addresses: bool) -> TestResults:
    """What became of `test` until `now` (real time), with addresses for whoever `sees_addresses`, else masked."""
    messages = test.messages.select_related("sender__account").order_by("id")
    return _results(test, list(messages), now, sees_addresses=sees_addresses)


def past_tests(campaign: Campaign, now: datetime, *, sees_addresses: bool, cursor: str) -> PastTests:
    """What became of the tests of `campaign` until `now`, at `cursor` of the list; else as `results`."""
    sent = TestMessage.objects.filter(test__campaign=campaign)
    with_their_test = sent.select_related("sender__account", "test__sent_by").defer("outbound", "targets")
    page = page_of(with_their_test, order_by=("-test_id", "-id"), cursor=cursor)
    tests = []
    for test, of_test in groupby(page.rows, key=lambda message: message.test):
        in_order = sorted(of_test, key=lambda message: message.pk)
        tests.append(_results(test, in_order, now, sees_addresses=sees_addresses))
    return PastTests(page=page, tests=tests)


def _results(test: TestSend, messages: Sequence[TestMessage], now: datetime, *, sees_addresses: bool) -> TestResults:
    is_watched = now - test.at < _WATCHED
    return TestResults(
        test=test,
        rows=[_result(message, sees_address=sees_addresses) for message in messages],
        is_moving=any(message.status in _MOVING or (is_watched and _awaits_receipt(message)) for message in messages),
    )


def _awaits_receipt(message: TestMessage) -> bool:
    """Has it been accepted by a vendor that will tell of its delivery?"""
    if message.status != TestStatus.ACCEPTED or message.sender.account.provider not in PROVIDERS:
        return False
    able = provider_class(message.sender.account.provider).channels.get(Channel(message.sender.channel))
    return bool(able and EventType.DELIVERED in able.reports)


def _result(message: TestMessage, *, sees_address: bool) -> Result:
    status = TestStatus(message.status)
    shown = message.address if sees_address else masked(kinds.facts(message.channel).address_kind, message.address)
    told = f"{message.code} {message.detail}".strip() if status is TestStatus.FAILED else ""
    return Result(
        message=message,
        name=message.person_name,
        address=shown,
        label=str(status.label),
        tone=_TONES.get(status, "secondary"),
        reason=_reason(message),
        told=told if sees_address else _without_address(told, message.address),
    )


def _without_address(told: str, address: str) -> str:
    """`told` without `address`, which vendors like to repeat, a phone number with its plus and without."""
    for written in filter(None, (address, address.removeprefix("+"))):
        told = told.replace(written, HIDDEN)
    return told


def _reason(message: TestMessage) -> str:
    if message.status == TestStatus.REFUSED:
        return str(Refusal(message.refusal).label)
    if message.status == TestStatus.UNKNOWN:
        return gettext("The vendor has not answered: it may have arrived. It is not sent again by itself.")
    if message.status == TestStatus.FAILED:
        return str(_REASONS.get(message.error_class, gettext("The vendor could not deliver it.")))
    return ""
