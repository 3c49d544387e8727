"""Which conditions a step may have."""

import pytest

from campaigns.conditions import Signals, default_condition, possible_conditions, refusal, signals_of
from campaigns.models import Condition
from channels.crypto import seal
from channels.events import EventType
from channels.kinds import Channel
from tests.factories import make_account, make_sender

DELIVERED, OPENED, CLICKED = EventType.DELIVERED, EventType.OPENED, EventType.CLICKED
REPLIED, ANSWERED = EventType.REPLIED, EventType.ANSWERED


def signals(channel: Channel, *reports: EventType, has_link: bool = False, has_pixel: bool = False) -> Signals:
    """What would be told of a step."""
    return Signals(channel=channel, reports=frozenset(reports), has_link=has_link, has_pixel=has_pixel)


@pytest.mark.parametrize(
    ("told", "possible"),
    [
        # A plain SMS gateway tells of delivery and of nothing a person does.
        (signals(Channel.SMS, DELIVERED), "delivered goal"),
        # Our link is followed at our own server, whatever the gateway tells.
        (signals(Channel.SMS, DELIVERED, has_link=True), "delivered clicked goal"),
        # A click implies an open, but nobody may choose "opened" and be judged by clicks.
        (signals(Channel.SMS, has_link=True), "clicked goal"),
        # A number that receives brings replies.
        (signals(Channel.SMS, DELIVERED, REPLIED), "delivered replied goal"),
        # SMTP tells nothing; the pixel and the link are ours.
        (signals(Channel.EMAIL, has_link=True, has_pixel=True), "opened clicked goal"),
        # A mail without a link still has the pixel.
        (signals(Channel.EMAIL, has_pixel=True), "opened goal"),
        # Messengers tell of both.
        (signals(Channel.VIBER, DELIVERED, OPENED, has_link=True), "delivered opened clicked goal"),
        # Push tells of taps, without any link of ours.
        (signals(Channel.PUSH, CLICKED), "clicked goal"),
        # Telegram tells neither of delivery nor of reading.
        (signals(Channel.TELEGRAM, REPLIED, has_link=True), "clicked replied goal"),
        # A call is answered.
        (signals(Channel.VOICE, DELIVERED, ANSWERED), "delivered answered goal"),
        # Nothing is told at all: a goal can still arrive by API.
        (signals(Channel.SMS), "goal"),
    ],
)
def test_a_condition_is_offered_exactly_when_somebody_will_tell_of_it(told: Signals, possible: str) -> None:
    """Waiting for what never comes would end every chain as not reached."""
    assert " ".join(possible_conditions(told)) == possible


@pytest.mark.parametrize(
    ("condition", "told", "nearest", "needs_link"),
    [
        # The way to know that an SMS was read is a link in it.
        (Condition.OPENED, signals(Channel.SMS, DELIVERED), Condition.CLICKED, True),
        (Condition.OPENED, signals(Channel.SMS, DELIVERED, has_link=True), Condition.CLICKED, False),
        # Delivery of a mail is implied by its opening, which is what will be seen of it.
        (Condition.DELIVERED, signals(Channel.EMAIL, has_link=True, has_pixel=True), Condition.OPENED, False),
        (Condition.CLICKED, signals(Channel.SMS, DELIVERED), Condition.CLICKED, True),
        # No link helps in a call.
        (Condition.CLICKED, signals(Channel.VOICE, ANSWERED), Condition.ANSWERED, False),
        (Condition.OPENED, signals(Channel.VOICE, ANSWERED), Condition.ANSWERED, False),
        (Condition.ANSWERED, signals(Channel.SMS, DELIVERED, has_link=True), Condition.CLICKED, False),
        (Condition.ANSWERED, signals(Channel.SMS, DELIVERED), Condition.DELIVERED, False),
        (Condition.REPLIED, signals(Channel.VIBER, OPENED, has_link=True), Condition.CLICKED, False),
        # A call that nobody tells anything about.
        (Condition.ANSWERED, signals(Channel.VOICE), Condition.GOAL, False),
    ],
)
def test_a_condition_that_cannot_come_true_is_refused_with_the_nearest(
    condition: Condition, told: Signals, nearest: Condition, needs_link: bool
) -> None:
    """The refusal names something that works, or what makes it work."""
    refused = refusal(condition, told, source="SMS from SHOP")
    assert refused is not None
    assert (refused.nearest, refused.needs_link) == (nearest, needs_link)
    assert needs_link or nearest in possible_conditions(told)


def test_a_refusal_says_who_does_not_tell_and_what_to_do() -> None:
    """In the user's words, at the field."""
    refused = refusal(Condition.OPENED, signals(Channel.SMS, DELIVERED), source="SMS from SHOP")
    assert refused is not None
    assert refused.sentence == (
        "SMS from SHOP does not tell whether a message was opened."
        " Put a tracked link into the text, and let following it count."
    )


def test_a_condition_that_can_come_true_is_not_refused() -> None:
    """Nothing to say about it."""
    assert refusal(Condition.OPENED, signals(Channel.VIBER, OPENED), source="Viber from Shop") is None
    assert refusal(Condition.GOAL, signals(Channel.SMS), source="SMS from SHOP") is None


@pytest.mark.parametrize(
    ("told", "usual"),
    [
        (signals(Channel.SMS, DELIVERED, has_link=True), Condition.CLICKED),
        (signals(Channel.SMS, DELIVERED, REPLIED), Condition.REPLIED),
        (signals(Channel.VIBER, DELIVERED, OPENED), Condition.OPENED),
        (signals(Channel.VOICE, DELIVERED, ANSWERED), Condition.ANSWERED),
        (signals(Channel.SMS, DELIVERED), Condition.DELIVERED),
        (signals(Channel.SMS), Condition.GOAL),
    ],
)
def test_a_new_step_waits_for_the_strongest_sign_of_its_channel(told: Signals, usual: Condition) -> None:
    """So that a chain made by clicks alone makes sense."""
    assert default_condition(told) == usual


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("credentials", "reported"),
    [
        (seal({"webhook_secret": "only the vendor knows"}), {DELIVERED}),
        # Without the secret no report would be taken.
        (b"", set()),
        # Sealed by a key that is gone.
        (b"unreadable", set()),
    ],
)
def test_a_gateway_reports_what_its_words_say_once_it_has_a_secret(credentials: bytes, reported: set) -> None:
    """The secret is sealed apart from the settings: nobody could wait for the delivery that a gateway tells of."""
    settings = {"url": "https://gateway.example/send", "body": "{}", "status_words": "DELIVRD = delivered"}
    account = make_account(provider="generic_http", settings=settings, credentials=credentials)
    sender = make_sender(channel=Channel.SMS, account=account)
    assert signals_of(channel=Channel.SMS, sender=sender, has_link=False).reports == reported
