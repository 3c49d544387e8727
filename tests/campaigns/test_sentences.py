"""Steps as sentences."""

from datetime import timedelta

import pytest

from campaigns import sentences
from campaigns.models import Campaign, Condition, Priority, Step
from channels.kinds import Channel
from channels.models import Sender


def step(channel: Channel, condition: Condition, wait: timedelta, *, sender: str = "", is_waking: bool = False) -> Step:
    """A step that is only read."""
    return Step(
        channel=channel,
        sender=Sender(name=sender, channel=channel) if sender else None,
        condition=condition,
        timeout=wait,
        is_waking_time=is_waking,
    )


SMS = step(Channel.SMS, Condition.CLICKED, timedelta(hours=2), sender="SHOP")
VIBER = step(Channel.VIBER, Condition.OPENED, timedelta(hours=4), sender="Shop", is_waking=True)
VOICE = step(Channel.VOICE, Condition.ANSWERED, timedelta(minutes=90))


def test_a_chain_reads_as_sentences_from_the_first_message_to_the_end() -> None:
    """As the issue words it: "SMS from SHOP. If the link is not followed within 2 hours: Viber …"."""
    assert sentences.chain([SMS, VIBER, VOICE]) == (
        "SMS from SHOP. If the link is not followed within 2 hours: Viber from Shop. "
        "If it is not opened within 4 hours of waking time: Voice. "
        "If nobody answers within 90 minutes: it ends as not reached."
    )


def test_a_chain_without_steps_says_nothing() -> None:
    """There is nothing to read."""
    assert sentences.chain([]) == ""


def test_a_priority_is_told_where_it_is_not_the_usual_one() -> None:
    assert sentences.limits(Campaign(), "UAH")[-1] == "No budget."
    assert sentences.limits(Campaign(priority=Priority.HIGH), "UAH")[-1] == "Its priority is high."


@pytest.mark.parametrize("condition", Condition)
def test_every_condition_has_its_two_sentences(condition: Condition) -> None:
    """What stops the chain, and what makes it go on."""
    one = step(Channel.SMS, condition, timedelta(days=1))
    assert sentences.success(one) == f"Stops here if {condition.label}"
    assert sentences.without_success(one).startswith("If ")
    assert sentences.without_success(one).endswith("within 1 day")
