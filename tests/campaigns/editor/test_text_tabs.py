"""The tabs of the message: a row of languages, and a row of channels within the open one."""

import pytest

from campaigns import blueprints, drafting
from campaigns.models import Campaign
from campaigns.text_tabs import TextTab, TextTabs, text_tabs
from channels.kinds import Channel
from tests.factories import make_campaign

pytestmark = pytest.mark.django_db


def tabs(campaign: Campaign, *, channel: str = "", language: str = "", queries: tuple[str, ...] = ()) -> TextTabs:
    return text_tabs(blueprints.load(campaign), (channel, language), set(queries))


def labels(row: list[TextTab]) -> list[str]:
    """The labels of a row: the open tab in brackets, a text of its own with a star, something to mend with a mark."""
    return [
        ("[{}]" if tab.is_current else "{}").format(tab.label) + "*" * tab.has_own + "!" * tab.has_problem
        for tab in row
    ]


def test_a_message_in_one_language_has_the_channels_of_its_chain() -> None:
    row = tabs(make_campaign())
    assert labels(row.languages) == ["[Everyone]*"]
    assert labels(row.channels) == ["[All channels]*", "SMS"]


def test_the_channels_are_those_of_the_open_language() -> None:
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, channel=Channel.SMS, language="es", text="Hola")
    row = tabs(campaign, language="es")
    assert labels(row.languages) == ["Everyone*", "[Spanish]*"]
    assert labels(row.channels) == ["[All channels]", "SMS*"]
    assert labels(tabs(campaign).channels) == ["[All channels]*", "SMS"]


def test_a_text_of_a_channel_that_left_the_chain_can_still_be_opened() -> None:
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="Hello")
    assert labels(tabs(campaign).channels) == ["[All channels]*", "SMS", "Viber*"]


def test_a_text_that_is_not_written_yet_has_its_tabs_while_it_is_open() -> None:
    row = tabs(make_campaign(), channel="email", language="uk")
    assert labels(row.languages) == ["Everyone*", "[Ukrainian]"]
    assert labels(row.channels) == ["All channels", "SMS", "[Email]"]


def test_what_is_to_be_mended_is_marked_on_the_way_to_it() -> None:
    campaign = make_campaign()
    drafting.write_content(campaign=campaign, channel=Channel.SMS, language="es", text="Hola {{ nmae }}")
    row = tabs(campaign, queries=("text=sms&language=es", "text=sms"))
    assert labels(row.languages) == ["[Everyone]*!", "Spanish*!"]
    assert labels(row.channels) == ["[All channels]*", "SMS!"]
    assert labels(tabs(campaign, language="es", queries=("text=sms&language=es",)).channels) == [
        "[All channels]",
        "SMS*!",
    ]
