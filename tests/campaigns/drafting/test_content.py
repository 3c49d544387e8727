"""The texts and links of a draft."""

import pytest

from campaigns import drafting
from channels.kinds import Channel
from tests.campaigns.drafting.drafts import draft

pytestmark = pytest.mark.django_db


def test_a_channel_may_have_a_text_of_its_own_and_give_it_up_again() -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="For Viber", button_label="Look")
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="For Viber, better")
    texts = dict(campaign.version.contents.values_list("channel", "text"))
    assert texts["viber"] == "For Viber, better"
    assert texts[""].startswith("Hello")
    drafting.remove_content(campaign=campaign, channel=Channel.VIBER)
    assert campaign.version.contents.get().channel == ""


def test_what_is_not_asked_for_stays_as_it_was_written() -> None:
    campaign = draft(Channel.SMS, Channel.EMAIL)
    picture = "https://shop.example.com/a.png"
    drafting.write_content(campaign=campaign, text="Hello", subject="Sale", image_url=picture, button_label="Look")
    drafting.write_content(campaign=campaign, text="Hello again", button_label="")
    content = campaign.version.contents.get()
    assert (content.text, content.subject, content.image_url) == ("Hello again", "Sale", picture)
    assert content.button_label == ""


def test_the_link_gets_an_address_another_and_none() -> None:
    campaign = draft(Channel.SMS)
    drafting.write_content(campaign=campaign, text="See {{ link }}", link_url="https://shop.example.com/a")
    assert campaign.version.links.get().url == "https://shop.example.com/a"
    drafting.write_content(campaign=campaign, text="See {{ link }}!")
    assert campaign.version.links.get().url == "https://shop.example.com/a"
    drafting.write_content(campaign=campaign, text="See {{ link }}!", link_url="")
    assert not campaign.version.links.exists()


def test_each_link_has_a_place_of_its_own() -> None:
    campaign = draft(Channel.SMS)
    drafting.set_link(campaign=campaign, url="https://shop.example.com/terms", name="terms")
    assert sorted(campaign.version.links.values_list("name", "position")) == [("link", 0), ("terms", 1)]
