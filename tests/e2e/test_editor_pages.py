"""A campaign made in a real browser: by mouse, by keyboard, on a phone, without JavaScript."""

import re

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from campaigns import drafting
from campaigns.engine import counters
from campaigns.engine.counters import Counter
from campaigns.models import Campaign, Content, Outcome, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import Sender
from tests.campaigns.histories import count
from tests.e2e.browser import PageAs, SuitsEverybody, settle
from tests.factories import (
    make_account,
    make_campaign,
    make_contact,
    make_enrolment,
    make_price,
    make_segment,
    make_sender,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


@pytest.fixture
def shop() -> dict[Channel, Sender]:
    """A shop with four channels and their prices, and five people who may be messaged on two of them."""
    account, senders = make_account(name="Sandbox"), {}
    prices = {Channel.PUSH: "0", Channel.SMS: "0.031", Channel.VIBER: "0.042", Channel.VOICE: "0.11"}
    for channel, amount in prices.items():
        senders[channel] = make_sender(channel=channel, account=account, name="SHOP", identity="SHOP")
        make_price(account=account, channel=channel, amount=amount)
    for number, name in enumerate(("Ann", "Олена", "Juan", "Maria", "Bob")):
        make_contact(
            phone=f"+38050111220{number}",
            first_name=name,
            language="es" if name == "Juan" else "en",
            consents=[Channel.SMS, Channel.VIBER],
        )
    make_segment(name="Spanish speakers", rule=SPANISH)
    return senders


def draft() -> Campaign:
    """A draft with a chain of SMS and Viber, as somebody would have made it so far."""
    campaign = drafting.create(name="Autumn collection", actor=None)
    for channel in (Channel.SMS, Channel.VIBER):
        drafting.add_step(campaign=campaign, route=campaign.version.routes.get(), channel=channel)
    drafting.write_content(
        campaign=campaign,
        text="{{ first_name | friend }}, our autumn collection is here: {{ link }}",
        link_url="https://shop.example.com/autumn",
    )
    return campaign


def open_editor(page: Page, campaign: Campaign) -> None:
    """Open the editor, and wait until the people are counted."""
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    expect(page.locator("#audience-people")).to_contain_text("people")
    expect(page.locator("#audience-people")).not_to_contain_text("counting")


def text_field(page: Page) -> Locator:
    """Where the text of the message is written."""
    return page.get_by_role("textbox", name="Text")


def test_a_marketer_makes_a_campaign_and_schedules_it(page_as: PageAs) -> None:
    """Path 3 of the issue: audience, message, chain, route, review, launch."""
    page = page_as(Role.MARKETER)
    page.goto("/campaigns/")
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name").fill("Autumn collection")
    page.get_by_role("button", name="Make the draft").click()
    # The message
    text_field(page).fill("Our autumn collection is here: ")
    page.get_by_role("button", name="link", exact=True).click()
    page.get_by_label("Tracked link").fill("https://shop.example.com/autumn")
    page.get_by_role("button", name="Save the message").click()
    expect(page.locator("#preview")).to_contain_text("What Ann sees")
    expect(page.locator("#problems-message-text")).to_be_empty()
    # The chain: the cheapest first, whatever is added first
    page.get_by_role("button", name="Viber").click()
    expect(page.locator(".step-title")).to_have_count(1)
    page.locator("#add-step").click()
    page.get_by_role("button", name="SMS").click()
    expect(page.locator(".step-title")).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP"])
    page.locator(".wait summary").first.click()
    page.get_by_label("Wait up to").first.fill("4")
    page.get_by_role("button", name="Save the waiting time").first.click()
    expect(page.locator(".wait summary").first).to_contain_text("wait up to 4 hours")
    # A route of their own for some
    page.locator("#route-menu summary").click()
    page.get_by_label("Segment", exact=True).select_option(label="Spanish speakers")
    page.get_by_role("button", name="Add the route").click()
    expect(page.locator(".route-columns")).to_contain_text("Spanish speakers 1")
    expect(page.locator(".route-columns")).to_contain_text("Everyone else 4")
    # When
    page.locator("#schedule summary").click()
    page.get_by_label("At a date and time").check()
    page.get_by_label("Start at").fill("2099-07-01T10:00")
    page.locator("#schedule").get_by_role("button", name="Save").click()
    expect(page.locator("#schedule")).to_contain_text("Starts on July 1, 2099")
    page.get_by_role("link", name="Review and launch").click()
    expect(page.locator("main")).to_contain_text("If the link is not followed within 4 hours: Viber from SHOP.")
    settle(page)
    page.get_by_role("button", name="Schedule for 5 people").click()
    expect(page.locator("main")).to_contain_text("“Autumn collection” is scheduled.")
    assert Campaign.objects.get().status == CampaignStatus.SCHEDULED


def test_the_list_finds_campaigns_and_loads_their_figures_afterwards(page_as: PageAs) -> None:
    campaign = make_campaign(name="Winter sale", status=CampaignStatus.RUNNING)
    enrolment = make_enrolment(campaign=campaign)
    count(enrolment, Counter.AUDIENCE, value=12_480)
    count(enrolment, counters.outcome(Outcome.ENGAGED), value=5_197)
    make_campaign(name="Autumn collection")
    page = page_as(Role.MARKETER)
    page.goto("/campaigns/")
    expect(page.locator(f"#people-{campaign.pk}")).to_have_text("12,480")
    expect(page.locator(f"#acted-{campaign.pk}")).to_have_text("5,197 41.6%")
    page.get_by_label("Search").fill("autumn")
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_label("Search").fill("")
    page.get_by_label("Status").select_option("running")
    expect(page.get_by_role("link", name="Winter sale")).to_be_visible()
    expect(page.get_by_role("link", name="Autumn collection")).to_have_count(0)
    expect(page.locator(f"#people-{campaign.pk}")).to_have_text("12,480")
    page.get_by_role("link", name="Copy").click()
    page.get_by_label("Name of the copy").fill("Spring sale")
    page.get_by_role("button", name="Make a copy").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spring sale")


def test_the_costly_character_is_pointed_out_while_typing_and_replaced_by_one_click(page_as: PageAs) -> None:
    """Incident: nobody sees which character forces UCS-2 (braze-docs#10058)."""
    page = page_as(Role.MARKETER)
    open_editor(page, draft())
    text_field(page).fill("Our autumn collection is here – look at it before the others do: {{ link }}")
    expect(page.locator("#measure mark").first).to_have_text("–")
    expect(page.locator("#measure")).to_contain_text("2 parts")
    page.get_by_role("button", name="use plain characters and pay for 1 part").click()
    expect(text_field(page)).to_have_value(re.compile("here - look"))
    expect(page.locator("#measure")).to_contain_text("1 part,")
    expect(page.locator("#editor-status")).not_to_have_class(re.compile("has-unsaved"), timeout=30_000)
    assert "here - look" in Content.objects.get().text


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    page_as: PageAs, suits_everybody: SuitsEverybody
) -> None:
    # The browser itself writes a 422 to its console.
    page = page_as(Role.MARKETER, may_complain=True)
    open_editor(page, draft())
    text_field(page).fill("Hello {{ frist_name }}")
    page.get_by_role("button", name="Save the message").click()
    expect(page.locator("#kept-text")).to_have_text("Nothing is called “frist_name”. Did you mean “first_name”?")
    expect(text_field(page)).to_have_value("Hello {{ frist_name }}")
    expect(page.locator("#preview")).to_contain_text("Hello")
    page.locator(".wait summary").first.click()
    page.get_by_label("Wait up to").first.fill("0")
    page.get_by_role("button", name="Save the waiting time").first.click()
    expect(page.locator("#chain .invalid-feedback")).to_have_text("A step has to wait for at least 30 seconds.")
    suits_everybody(page, "editor-errors")


def test_a_step_moves_by_keyboard_and_keeps_the_focus(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = draft()
    drafting.add_step(campaign=campaign, route=campaign.version.routes.get(), channel=Channel.VOICE)
    open_editor(page, campaign)
    sms = Step.objects.get(channel=Channel.SMS)
    page.locator(f"#step-{sms.pk}-down").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".step-title")).to_have_text(["1. Viber from SHOP", "2. SMS from SHOP", "3. Voice from SHOP"])
    expect(page.locator(f"#step-{sms.pk}-down")).to_be_focused()
    page.locator("#order-by-price").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".step-title")).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP", "3. Voice from SHOP"])


def test_a_step_that_needs_a_subject_asks_the_message_for_it(page_as: PageAs) -> None:
    make_sender(channel=Channel.EMAIL, name="shop@example.com")
    page = page_as(Role.MARKETER)
    open_editor(page, draft())
    expect(page.get_by_label("Subject")).to_have_count(0)
    page.locator("#add-step").click()
    page.get_by_role("button", name="Email").click()
    expect(page.get_by_label("Subject")).to_be_visible()
    expect(page.locator("#text-tabs")).to_contain_text("Email")


def test_typed_words_survive_a_change_of_the_chain_and_are_not_left_without_asking(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", stay)
    open_editor(page, draft())
    text_field(page).fill("Hello {{ nobody_knows }}")
    page.locator("#chain").get_by_role("button", name="Move down").first.click()
    expect(page.locator(".step-title").first).to_have_text("1. Viber from SHOP")
    expect(text_field(page)).to_have_value("Hello {{ nobody_knows }}")
    with page.expect_event("dialog"):
        page.locator("#text-tabs").get_by_role("link", name="SMS").click()
    assert asked == ["What you typed in the message is not saved yet. Leave it?"]
    expect(text_field(page)).to_have_value("Hello {{ nobody_knows }}")


def test_a_channel_gets_its_own_text_in_its_own_tab(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    open_editor(page, draft())
    page.locator("#text-tabs").get_by_role("link", name="Viber").click()
    expect(page.locator("#message")).to_contain_text("This channel uses the text for everyone.")
    text_field(page).fill("Only for Viber: {{ link }}")
    expect(page.locator("#measure")).to_contain_text("of 1,000 characters")
    page.get_by_role("button", name="Save the message").click()
    page.get_by_role("button", name="Use the text for everyone").click()
    expect(page.locator("#message")).to_contain_text("This channel uses the text for everyone.")
    assert not Content.objects.filter(channel="viber").exists()


def test_the_essentials_work_without_javascript(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, java_script_enabled=False, may_complain=True)
    campaign = draft()
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    page.get_by_role("link", name="Count them").first.click()
    expect(page.locator("#audience-people")).to_contain_text("5 people · 5 reachable on at least one step")
    page.get_by_role("button", name="Move down").first.click()
    expect(page.locator(".step-title")).to_have_text(["1. Viber from SHOP", "2. SMS from SHOP"])
    text_field(page).fill("Hello {{ nmae }}")
    page.get_by_role("button", name="Save the message").click()
    expect(page.locator("#id_message-text_error")).to_contain_text("Nothing is called “nmae”.")
    page.locator("#text-tabs").get_by_role("link", name="Viber").click()
    text_field(page).fill("For Viber")
    page.get_by_role("button", name="Save the message").click()
    expect(page.get_by_role("button", name="Use the text for everyone")).to_be_visible()
    assert Content.objects.get(channel="viber").text == "For Viber"
    page.get_by_role("link", name="Review and launch").click()
    expect(page.get_by_role("button", name="Launch to 5 people")).to_be_visible()


def test_the_editor_with_everything_open_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    campaign = draft()
    drafting.add_step(campaign=campaign, route=campaign.version.routes.get(), channel=Channel.VOICE)
    drafting.add_step(campaign=campaign, route=campaign.version.routes.get(), channel=Channel.WHATSAPP)
    page = page_as(Role.MARKETER, width=width)
    open_editor(page, campaign)
    for summary in (
        "#audience summary",
        ".wait summary",
        ".step-change summary",
        "#add-step",
        "#limits summary",
        "#schedule summary",
    ):
        page.locator(summary).first.click()
    suits_everybody(page, "editor")
