"""A whole campaign by the keyboard alone, from the list of campaigns to its launch: no mouse, no click."""

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns.models import Campaign, Content, Route, Step
from campaigns.models.campaigns import CampaignStatus
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.e2e.browser import PageAs
from tests.e2e.keyboard import tab_to
from tests.factories import make_account, make_contact, make_price, make_sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

PRICES = {Channel.SMS: "0.031", Channel.VIBER: "0.042", Channel.VOICE: "0.11"}


@pytest.fixture
def shop() -> None:
    """A shop with three channels and their prices, and somebody to write to."""
    account = make_account(name="Sandbox")
    for channel, amount in PRICES.items():
        make_sender(channel=channel, account=account, name="SHOP", identity="SHOP")
        make_price(account=account, channel=channel, amount=amount)
    make_contact(phone="+380501112201", first_name="Ann", consents=list(PRICES))


def press(page: Page, wanted: Locator, *, key: str = "Tab") -> None:
    """Go to `wanted` by `key`, and press it."""
    tab_to(page, wanted, key=key)
    page.keyboard.press("Enter")


def titles(page: Page) -> Locator:
    """The steps by their names, in their order."""
    return page.locator(".step-title")


def test_a_whole_cascade_is_made_and_launched_by_keyboard_alone(page_as: PageAs, width: int) -> None:
    page = page_as(Role.MARKETER, width=width)
    page.goto("/campaigns/")
    press(page, page.get_by_role("link", name="New campaign"))
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Autumn collection")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Autumn collection")
    _write(page)
    _follow_a_recipe(page)
    _change_the_chain(page)
    _wait_for_less(page)
    _launch(page)
    campaign = Campaign.objects.get()
    assert campaign.status == CampaignStatus.RUNNING
    assert Content.objects.get().text == "Hello {{ first_name | friend }}, look: {{ link }}"
    assert list(Route.objects.get().steps.values_list("channel", flat=True)) == ["viber", "sms", "voice"]


def _write(page: Page) -> None:
    """The message, with a variable and a link that the list offers."""
    text = page.get_by_role("textbox", name="Text")
    tab_to(page, text)
    page.keyboard.type("Hello {{first")
    expect(page.get_by_role("listbox", name="Variables")).to_be_visible()
    page.keyboard.press("Enter")
    expect(text).to_have_value("Hello {{ first_name }}")
    for _ in " }}":
        page.keyboard.press("ArrowLeft")
    page.keyboard.type(" | friend")
    page.keyboard.press("End")
    page.keyboard.type(", look: {{lin")
    expect(page.get_by_role("listbox", name="Variables")).to_be_visible()
    page.keyboard.press("Enter")
    expect(text).to_have_value("Hello {{ first_name | friend }}, look: {{ link }}")
    tab_to(page, page.get_by_label("Tracked link"))
    page.keyboard.type("https://shop.example.com/autumn")
    expect(page.locator("#preview")).to_contain_text("Hello Ann, look:")
    press(page, page.get_by_role("button", name="Save the message"))
    expect(page.locator("#editor-status")).to_contain_text("Saved")
    expect(page.locator("#editor-status .is-unsaved")).to_be_hidden()


def _follow_a_recipe(page: Page) -> None:
    """A chain to start from."""
    press(page, page.locator("#recipes"))
    press(page, page.get_by_role("button", name="SMS + Viber"))
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP"])


def _change_the_chain(page: Page) -> None:
    """A call added and duplicated, the duplicate removed, put back and removed again; Viber moved to the front."""
    press(page, page.locator("#add-step"))
    press(page, page.locator(".channel-choice[value=voice]"))
    expect(titles(page)).to_have_count(3)
    expect(page.locator(".step-card").last).to_be_focused()
    press(page, page.locator(".chain-step").last.get_by_role("button", name="Duplicate the step"))
    expect(titles(page)).to_have_count(4)
    expect(page.locator(".step-card").last).to_be_focused()
    remove = page.locator(".chain-step").last.get_by_role("button", name="Remove the step")
    press(page, remove)
    expect(titles(page)).to_have_count(3)
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(4)
    press(page, remove)
    expect(titles(page)).to_have_count(3)
    viber = Step.objects.get(channel=Channel.VIBER)
    tab_to(page, page.locator(f"#step-{viber.pk}-handle"), key="Shift+Tab")
    page.keyboard.press("ArrowUp")
    expect(titles(page)).to_have_text(["1. Viber from SHOP", "2. SMS from SHOP", "3. Voice from SHOP"])


def _wait_for_less(page: Page) -> None:
    """Six days on the line below the first step."""
    wait = page.locator(".wait").first
    press(page, wait.locator("summary"))
    tab_to(page, wait.get_by_label("Wait up to"))
    page.keyboard.press("Control+a")
    page.keyboard.type("6")
    page.keyboard.press("Enter")
    expect(wait.locator("summary")).to_contain_text("wait up to 6 days")
    expect(wait.locator("summary")).to_be_focused()


def _launch(page: Page) -> None:
    """Back up to the head of the page, the review read, the campaign launched."""
    press(page, page.get_by_role("link", name="Review and launch"), key="Shift+Tab")
    expect(page.locator("main")).to_contain_text("within 6 days: SMS from SHOP.")
    press(page, page.get_by_role("button", name="Launch to 1 person"))
    expect(page.locator("main")).to_contain_text("“Autumn collection” is launched.")
