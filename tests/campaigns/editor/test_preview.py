"""What real people see of the message, beside its form."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import drafting
from campaigns.models import Campaign, Contact
from campaigns.permissions import Permission, Role
from channels.kinds import Channel
from tests.campaigns.editor.pages import HTMX, page, text
from tests.factories import (
    RoutePlan,
    StepPlan,
    make_campaign,
    make_contact,
    make_price,
    make_segment,
    make_sender,
    make_user,
)

pytestmark = pytest.mark.django_db


def looked_at(browser: Client, campaign: Campaign, **typed: object) -> str:
    """What the page says of a message while it is typed."""
    answers = {f"message-{name}": value for name, value in typed.items() if name in MESSAGE_FIELDS}
    state = {name: value for name, value in typed.items() if name not in MESSAGE_FIELDS}
    response = browser.post(page("message_look", campaign), {**answers, **state}, headers=HTMX)
    assert response.status_code == 200
    return response.content.decode()


MESSAGE_FIELDS = {"text", "subject", "link_url", "button_label", "image_url"}


def chain(*channels: Channel) -> Campaign:
    """A draft that tries `channels` one after another."""
    return make_campaign(routes=[RoutePlan(steps=[StepPlan(channel=channel) for channel in channels])])


@pytest.mark.parametrize(
    ("channel", "frame"), [(Channel.VIBER, "phone"), (Channel.EMAIL, "inbox"), (Channel.VOICE, "script")]
)
def test_a_message_stands_in_what_it_is_read_in(marketer: Client, channel: Channel, frame: str) -> None:
    make_contact()
    assert f'<div class="{frame}"' in looked_at(marketer, chain(channel), text="Hello")


def test_a_mail_shows_its_subject_button_and_way_out(marketer: Client) -> None:
    make_contact(first_name="Ann")
    shown = looked_at(
        marketer,
        chain(Channel.EMAIL),
        text="Hello",
        subject="For {{ first_name }}",
        button_label="Look, {{ first_name }}",
        link_url="https://shop.example.com",
    )
    assert "For Ann" in shown
    assert "Look, Ann" in shown
    assert "a link to unsubscribe" in shown


def test_what_this_person_lacks_is_marked_in_the_text(marketer: Client) -> None:
    make_contact(first_name="", last_name="")
    campaign = make_campaign(text="x")
    shown = looked_at(marketer, campaign, text="Hello {{ first_name }}, from {{ city }}")
    assert 'Hello <mark class="gap">first_name</mark>' in shown
    assert "has no value for this person" in shown
    with_words = looked_at(marketer, campaign, text="Hello {{ first_name | friend }}")
    assert "Hello friend" in with_words
    assert "message/lacking" not in with_words


def test_how_many_lack_it_is_counted_once_and_then_remembered(marketer: Client) -> None:
    for name in ("Ann", "", ""):
        make_contact(first_name=name, last_name="", attributes={"Home city": "Lviv"} if name else {})
    campaign = make_campaign()
    counted = marketer.get(page("message_lacking", campaign), {"name": "first_name"})
    assert "2 people of 3 have none." in text(counted)
    by_attribute = marketer.get(page("message_lacking", campaign), {"name": "home_city"})
    assert "2 people of 3 have none." in text(by_attribute)
    nobody_has_it = marketer.get(page("message_lacking", campaign), {"name": "shoe_size"})
    assert "3 people of 3 have none." in text(nobody_has_it)
    without = Contact.objects.filter(first_name="")[0]
    shown = looked_at(marketer, campaign, text="{{ first_name }}", person=without.pk)
    assert "2 people of 3 have none." in shown


def test_an_attribute_may_be_called_by_a_number(marketer: Client) -> None:
    make_contact(attributes={"2024": "silver"})
    make_contact(attributes={"2024": ""})
    counted = marketer.get(page("message_lacking", make_campaign()), {"name": "2024"})
    assert "1 person of 2 has none." in text(counted)


def test_a_variable_that_others_lack_is_told_beside_somebody_who_has_it(marketer: Client) -> None:
    ann = make_contact(first_name="Ann", last_name="Lee")
    make_contact(first_name="", last_name="Lee")
    campaign = make_campaign()
    typed = "{{ first_name }} {{ last_name }} {{ full_name | friend }} {{ link }} {{ unsubscribe }}"
    shown = looked_at(marketer, campaign, text=typed, person=ann.pk)
    assert shown.count(page("message_lacking", campaign)) == 2
    for name in ("first_name", "last_name"):
        marketer.get(page("message_lacking", campaign), {"name": name})
    counted = looked_at(marketer, campaign, text=typed, person=ann.pk)
    assert "<strong>first_name</strong>" in counted
    assert "1 person of 2 has none." in counted
    assert "<strong>last_name</strong>" not in counted
    assert page("message_lacking", campaign) not in counted


def test_nobody_is_counted_where_people_come_by_api_or_a_rule_is_broken(marketer: Client) -> None:
    make_contact()
    by_api = make_campaign(kind="api")
    broken = make_campaign(segment=make_segment(rule={"field": "shoe size"}))
    for campaign in (by_api, broken):
        response = marketer.get(page("message_lacking", campaign), {"name": "first_name"})
        assert response.status_code == 200
        assert "have none" not in text(response)


def test_a_link_without_an_address_is_nothing_that_people_lack(marketer: Client) -> None:
    make_contact(first_name="Ann")
    shown = looked_at(marketer, make_campaign(), text="Look: {{ link }}", link_url="")
    assert "has no value for this person" not in shown


def test_anybody_can_be_found_by_name_or_number_to_show_it_for(marketer: Client) -> None:
    make_contact(first_name="Ann")
    olena = make_contact(first_name="Олена", phone="+380501112233")
    campaign = make_campaign(text="Hello {{ first_name }}")
    for sought in ("олен", "0501112"):
        found = marketer.get(page("message_people", campaign), {"sought": sought})
        assert "Олена" in text(found)
        assert "Ann" not in text(found)
        assert "+380501112233" in text(found)
    assert "Nobody fits that." in text(marketer.get(page("message_people", campaign), {"sought": "nobody"}))
    assert "What Олена sees" in looked_at(marketer, campaign, text="Hello", person=olena.pk)
    # And it stays with this person while one types on.
    assert "What Олена sees" in looked_at(marketer, campaign, text="Hello", at_person=olena.pk)


def test_a_person_is_found_without_javascript_too(marketer: Client, olena: Contact) -> None:
    make_contact(first_name="Ann")
    campaign = make_campaign(text="Hello {{ first_name }}")
    found = marketer.get(page("campaign_editor", campaign), {"sought": "олен"}).content.decode()
    assert f"?person={olena.pk}#preview" in found
    assert "What Олена sees" in text(marketer.get(page("campaign_editor", campaign), {"person": olena.pk}))


def test_people_are_neither_found_nor_shown_without_the_permission(client: Client, olena: Contact) -> None:
    client.force_login(make_user(permissions=[Permission.MANAGE_CAMPAIGNS]))
    campaign = make_campaign(text="Hello {{ first_name }}")
    assert client.get(page("message_people", campaign), {"sought": "олен"}).status_code == 403
    opened = client.get(page("campaign_editor", campaign), {"sought": "олен", "person": olena.pk})
    assert "Олена" not in text(opened)
    assert "Show it for somebody else" not in text(opened)
    assert "Олена" not in looked_at(client, campaign, text="{{ first_name }}", person=olena.pk)


@pytest.mark.parametrize("name", ["message_people", "message_lacking", "message_languages"])
def test_only_whoever_makes_campaigns_looks_at_the_message(client: Client, name: str) -> None:
    campaign = make_campaign()
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN]))
    assert client.get(page(name, campaign)).status_code == 403
    client.logout()
    assert client.get(page(name, campaign)).headers["Location"].startswith(reverse("account_login"))


def test_any_channel_of_the_chain_can_be_shown_with_the_text_it_will_have(marketer: Client) -> None:
    make_contact()
    campaign = chain(Channel.SMS, Channel.VIBER)
    assert "· SMS" in text_of(looked_at(marketer, campaign, text="General"))
    assert "· Viber" in text_of(looked_at(marketer, campaign, text="General", shown="viber"))
    drafting.write_content(campaign=campaign, channel=Channel.VIBER, text="Only for Viber")
    shown = looked_at(marketer, campaign, text="General", at_shown="viber")
    assert "Only for Viber" in shown
    assert "another of your texts" in shown
    assert "?text=viber#message" in shown
    # A channel that the chain does not have shows nothing new.
    assert "· SMS" in text_of(looked_at(marketer, campaign, text="General", shown="pigeon"))


def text_of(source: str) -> str:
    """`source` without line breaks between its words."""
    return " ".join(source.split())


def test_a_channel_without_pictures_and_buttons_says_what_comes_instead(marketer: Client) -> None:
    make_contact()
    campaign = chain(Channel.SMS, Channel.VIBER, Channel.VOICE)
    typed = {
        "text": "Sale",
        "link_url": "https://shop.example.com",
        "button_label": "Look",
        "image_url": "https://shop.example.com/i.png",
    }
    on_sms = looked_at(marketer, campaign, **typed)
    assert "SMS shows no picture here: it is left out." in on_sms
    assert "SMS shows no button here: the link stands in the text instead." in on_sms
    on_viber = looked_at(marketer, campaign, shown="viber", **typed)
    assert "phone-button" in on_viber
    assert "it is left out" not in on_viber
    assert "Nobody can press a button in a call" in looked_at(marketer, campaign, shown="voice", **typed)


def test_the_limits_of_all_channels_stand_below_the_text_before_they_are_hit(marketer: Client) -> None:
    campaign = chain(Channel.SMS, Channel.PUSH, Channel.VIBER)
    calm = looked_at(marketer, campaign, text="x" * 100, link_url="")
    assert "SMS:" in calm
    assert "Push: 100 of 240 characters" in calm
    assert "Viber: 100 of 1,000 characters" in calm
    assert "is-warning" not in calm
    assert "is-warning" in looked_at(marketer, campaign, text="x" * 220, link_url="")
    full = looked_at(marketer, campaign, text="x" * 241, link_url="")
    assert "is-bad" in full
    assert "too long" in full


def test_the_price_is_the_one_of_the_persons_country(marketer: Client) -> None:
    sender = make_sender(channel=Channel.SMS)
    make_price(account=sender.account, channel=Channel.SMS, amount="0.031")
    make_price(account=sender.account, channel=Channel.SMS, amount="0.05", country="UA")
    at_home = make_contact(country="UA")
    abroad = make_contact(country="DE")
    campaign = make_campaign(routes=[RoutePlan(steps=[StepPlan(sender=sender)])])
    assert "$0.05 a person" in looked_at(marketer, campaign, text="Sale", link_url="", person=at_home.pk)
    assert "$0.062 a person" in looked_at(marketer, campaign, text="x" * 161, link_url="", person=abroad.pk)


def test_each_costly_character_is_told_in_words_and_can_go_alone(marketer: Client) -> None:
    campaign = make_campaign()
    shown = looked_at(marketer, campaign, text="Sale – “now”\u00a0only", link_url="")
    assert "a dash" in shown
    assert "a curly quotation mark" in shown
    assert "a space that does not break" in shown
    assert 'data-plain="-"' in shown
    answers = {"message-text": "Sale – “now”", "message-link_url": "", "cheapen": "–"}
    marketer.post(page("message_save", campaign), answers)
    assert campaign.version.contents.get().text == "Sale - “now”"


def test_letters_that_have_no_plain_form_are_not_offered_to_be_replaced(marketer: Client) -> None:
    shown = looked_at(marketer, make_campaign(), text="Распродажа – сейчас", link_url="")
    assert "Only 70 characters fit" in shown
    assert "data-plain" not in shown
