"""The steps of a route: their senders, their order, how long they wait."""

from datetime import timedelta
from typing import Any

import pytest

from campaigns import drafting
from campaigns.drafting import DraftRefused
from campaigns.models import Condition
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.drafting.drafts import chain, default_route, draft
from tests.factories import make_account, make_price, make_sender

pytestmark = pytest.mark.django_db


def priced_sender(channel: Channel, amount: str) -> Sender:
    """A sender whose messages cost `amount` dollars."""
    account = make_account()
    make_price(account=account, channel=channel, amount=amount)
    return make_sender(channel=channel, account=account)


def test_a_new_step_gets_the_cheapest_sender_and_the_usual_condition() -> None:
    priced_sender(Channel.SMS, "0.05")
    cheap = priced_sender(Channel.SMS, "0.03")
    make_sender(channel=Channel.SMS, is_active=False)
    campaign = draft()
    step = drafting.add_step(campaign=campaign, route=default_route(campaign), channel=Channel.SMS)
    assert (step.sender, step.condition, step.timeout) == (cheap, Condition.CLICKED, timedelta(hours=2))


def test_a_step_without_any_sender_waits_for_one() -> None:
    campaign = draft()
    step = drafting.add_step(campaign=campaign, route=default_route(campaign), channel=Channel.VOICE)
    assert (step.sender, step.condition) == (None, Condition.ANSWERED)


def test_new_steps_stand_from_the_cheapest_to_the_dearest() -> None:
    for channel, amount in (
        (Channel.VOICE, "0.11"),
        (Channel.SMS, "0.031"),
        (Channel.PUSH, "0"),
        (Channel.VIBER, "0.042"),
    ):
        priced_sender(channel, amount)
    campaign = draft()
    for channel in (Channel.VOICE, Channel.SMS, Channel.VIBER, Channel.PUSH):
        drafting.add_step(campaign=campaign, route=default_route(campaign), channel=channel)
    assert chain(default_route(campaign)) == ["push", "sms", "viber", "voice"]


def test_a_new_step_is_the_last_where_somebody_chose_another_order() -> None:
    priced_sender(Channel.PUSH, "0")
    campaign = draft(Channel.VIBER, Channel.SMS)
    drafting.add_step(campaign=campaign, route=default_route(campaign), channel=Channel.PUSH)
    assert chain(default_route(campaign)) == ["viber", "sms", "push"]


def test_a_step_without_a_price_stands_where_its_channel_usually_does() -> None:
    """A call never comes before an SMS only because nobody has told what a call costs."""
    campaign = draft(Channel.VOICE, Channel.SMS, Channel.EMAIL)
    sms = default_route(campaign).steps.get(channel=Channel.SMS)
    make_price(account=sms.sender.account, channel=Channel.SMS, amount="0.031")
    drafting.order_by_price(campaign=campaign, route=default_route(campaign))
    assert chain(default_route(campaign)) == ["sms", "email", "voice"]


@pytest.mark.parametrize(
    ("moved", "by", "result"),
    [
        (1, -1, ["viber", "sms", "voice"]),
        (1, 1, ["sms", "voice", "viber"]),
        # Nothing is before the first and after the last.
        (0, -1, ["sms", "viber", "voice"]),
        (2, 1, ["sms", "viber", "voice"]),
    ],
)
def test_a_step_moves_up_and_down(moved: int, by: int, result: list[str]) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    step = default_route(campaign).steps.get(position=moved)
    drafting.move_step(campaign=campaign, step=step, by=by)
    assert chain(default_route(campaign)) == result


def test_removing_a_step_closes_the_gap() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    drafting.remove_step(campaign=campaign, step=default_route(campaign).steps.get(position=1))
    assert chain(default_route(campaign)) == ["sms", "voice"]


@pytest.mark.parametrize("timeout", [timedelta(0), timedelta(seconds=29), timedelta(days=91), timedelta(hours=-1)])
def test_a_step_waits_neither_too_short_nor_too_long(timeout: timedelta) -> None:
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    with pytest.raises(DraftRefused) as refused:
        drafting.set_timeout(campaign=campaign, step=step, timeout=timeout, is_waking_time=False)
    assert refused.value.field == "timeout"
    step.refresh_from_db()
    assert step.timeout == timedelta(hours=2)


def test_the_shortest_wait_is_a_setting(settings: Any) -> None:
    settings.STEP_TIMEOUT_MIN = timedelta(seconds=2)
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    drafting.set_timeout(campaign=campaign, step=step, timeout=timedelta(seconds=2), is_waking_time=True)
    step.refresh_from_db()
    assert (step.timeout, step.is_waking_time) == (timedelta(seconds=2), True)


def test_a_step_is_not_sent_by_a_sender_of_another_channel() -> None:
    campaign = draft(Channel.SMS)
    step = default_route(campaign).steps.get()
    with pytest.raises(DraftRefused) as refused:
        drafting.change_step(
            campaign=campaign, step=step, sender=make_sender(channel=Channel.VIBER), condition=Condition.CLICKED
        )
    assert refused.value.field == "sender"
