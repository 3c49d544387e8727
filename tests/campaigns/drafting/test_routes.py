"""The routes of a draft, and the order in which they are tried."""

import pytest

from campaigns import drafting
from campaigns.drafting import DraftRefused
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import chain, default_route, draft, ways
from tests.factories import make_segment

pytestmark = pytest.mark.django_db


def test_a_route_is_tried_before_everyone_else_and_starts_with_their_steps() -> None:
    campaign, young = draft(Channel.SMS, Channel.VIBER), make_segment(name="18 to 25")
    route = drafting.add_route(campaign=campaign, segment=young)
    assert ways(campaign) == ["18 to 25", ""]
    assert chain(route) == ["sms", "viber"]


def test_a_route_can_start_empty() -> None:
    campaign = draft(Channel.SMS)
    assert chain(drafting.add_route(campaign=campaign, segment=make_segment(), is_copy=False)) == []


def test_routes_are_tried_in_the_order_that_was_chosen() -> None:
    campaign = draft(Channel.SMS)
    routes = [drafting.add_route(campaign=campaign, segment=make_segment(name=name)) for name in ("A", "B", "C")]
    assert ways(campaign) == ["A", "B", "C", ""]
    drafting.move_route(campaign=campaign, route=routes[2], by=-1)
    assert ways(campaign) == ["A", "C", "B", ""]
    drafting.move_route(campaign=campaign, route=routes[1], by=1)
    assert ways(campaign) == ["A", "C", "B", ""]
    drafting.remove_route(campaign=campaign, route=routes[0])
    assert ways(campaign) == ["C", "B", ""]


def test_a_segment_has_one_route() -> None:
    campaign, young = draft(Channel.SMS), make_segment()
    drafting.add_route(campaign=campaign, segment=young)
    with pytest.raises(DraftRefused):
        drafting.add_route(campaign=campaign, segment=young)
    assert len(ways(campaign)) == 2


def test_the_route_for_everyone_else_stays_and_stays_last() -> None:
    campaign = draft(Channel.SMS)
    drafting.add_route(campaign=campaign, segment=make_segment())
    for change in (
        lambda: drafting.remove_route(campaign=campaign, route=default_route(campaign)),
        lambda: drafting.move_route(campaign=campaign, route=default_route(campaign), by=-1),
    ):
        with pytest.raises(DraftRefused):
            change()
    assert ways(campaign)[-1] == ""


def test_a_route_that_was_removed_meanwhile_refuses_what_was_meant_for_it() -> None:
    campaign = draft(Channel.SMS)
    route = drafting.add_route(campaign=campaign, segment=make_segment())
    drafting.remove_route(campaign=campaign, route=route)
    for change in (
        lambda: drafting.move_route(campaign=campaign, route=route, by=1),
        lambda: drafting.add_step(campaign=campaign, route=route, channel=Channel.VIBER),
        lambda: drafting.order_by_price(campaign=campaign, route=route),
    ):
        with pytest.raises(DraftRefused, match="removed meanwhile"):
            change()
    assert ways(campaign) == [""]
