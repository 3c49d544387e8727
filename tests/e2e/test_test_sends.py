"""A test is sent to colleagues from the editor, in a real browser, over the real sandbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import LazySettings
from playwright.sync_api import Page, expect

from campaigns import drafting
from campaigns.models import Campaign, TestAddress, TestMessage, TestPerson
from campaigns.permissions import Role
from campaigns.testing.sending import send_tests
from channels.crypto import seal
from channels.kinds import Channel
from tests.campaigns.engine.sandbox_thread import SandboxThread, sandbox_thread
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.e2e.keyboard import tab_to
from tests.factories import make_account, make_contact, make_price, make_sender

pytestmark = pytest.mark.django_db(transaction=True)

ACCOUNT = "test-sends"


@pytest.fixture
def vendor(tmp_path: Path) -> Iterator[SandboxThread]:
    """A sandbox of this test's own."""
    with sandbox_thread(tmp_path) as running:
        yield running


@pytest.fixture
def campaign(vendor: SandboxThread, settings: LazySettings) -> Campaign:
    """A draft with a chain of SMS and mail through the sandbox."""
    settings.PRIVATE_HOSTS = [vendor.sandbox.host]
    credentials = seal(vendor.credentials(ACCOUNT))
    account = make_account(name="Sandbox", settings={"url": vendor.sandbox.url}, credentials=credentials)
    make_contact(phone="+380509998877", first_name="Ann", consents=[Channel.SMS, Channel.EMAIL])
    draft = drafting.create(name="Autumn collection", actor=None)
    for channel in (Channel.SMS, Channel.EMAIL):
        make_sender(channel=channel, account=account, name="SHOP", identity="SHOP", settings={"fault": "no_receipts"})
        make_price(account=account, channel=channel, amount="0.03")
        drafting.add_step(campaign=draft, route=draft.version.routes.get(), channel=channel)
    drafting.write_content(
        campaign=draft,
        text="Hello {{ first_name }}: {{ link }}",
        subject="Autumn",
        link_url="https://shop.example.com/",
    )
    return draft


def open_editor(page: Page, campaign: Campaign) -> None:
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    expect(page.locator("#audience-people")).not_to_contain_text("counting")


def test_a_marketer_sends_a_test_by_keyboard_alone(
    page_as: PageAs, width: int, campaign: Campaign, vendor: SandboxThread
) -> None:
    """From the editor, with words typed a moment ago, to a colleague who is added on the way."""
    page = page_as(Role.MARKETER, width=width)
    open_editor(page, campaign)
    tab_to(page, page.get_by_role("textbox", name="Text"))
    page.keyboard.press("Control+a")
    page.keyboard.type("Good day ")
    page.keyboard.insert_text("{{ first_name }}: {{ link }}")
    tab_to(page, page.get_by_role("button", name="Send a test"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send a test")
    expect(page.locator("#test-plan")).to_contain_text("Choose who gets the test.")
    tab_to(page, page.get_by_role("link", name="Add a test person"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Name"))
    page.keyboard.type("Mona")
    tab_to(page, page.get_by_label("Phone number"))
    page.keyboard.type("+380 50 111 22 33")
    page.keyboard.press("Enter")
    expect(page.locator("#test-plan")).to_contain_text("1 message leaves at once")
    expect(page.locator("#test-plan")).to_contain_text("[Test] Good day Ann: http")
    expect(page.locator("#test-plan")).to_contain_text("has no address for this channel")
    mail = page.get_by_label("2. Email from SHOP")
    tab_to(page, mail)
    page.keyboard.press("Space")
    expect(page.locator("#test-plan")).not_to_contain_text("has no address for this channel")
    expect(mail).to_be_focused()
    tab_to(page, page.get_by_role("button", name="Send 1 test message"))
    page.keyboard.press("Enter")
    expect(page.locator("#test-results")).to_contain_text("Queued")
    send_tests()
    expect(page.locator("#test-results")).to_contain_text("Sent")
    (taken,) = vendor.taken(ACCOUNT)
    assert taken.address == "+380501112233"
    assert taken.text.startswith("[Test] Good day Ann: http")
    # The delivery receipt comes while somebody looks.
    TestMessage.objects.update(status="delivered")
    expect(page.locator("#test-results")).to_contain_text("Delivered")
    expect(page.locator("#test-results")).to_contain_text("A test counts in no figures")


def test_past_tests_are_found_by_keyboard_and_go_on_while_somebody_looks(
    page_as: PageAs, width: int, campaign: Campaign
) -> None:
    person = TestPerson.objects.create(name="Mona")
    TestAddress.objects.create(person=person, kind="phone", value="+380501112233")
    page = page_as(Role.MARKETER, width=width)
    page.goto(f"/campaigns/{campaign.pk}/test/")
    page.get_by_role("button", name="Send 1 test message").click()
    expect(page.locator("#test-results")).to_contain_text("Queued")
    tab_to(page, page.get_by_role("link", name="Past tests"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Past tests")
    expect(page.locator("#tests")).to_contain_text("+380501112233")
    test = page.locator("#tests h2 a")
    tab_to(page, test)
    TestMessage.objects.update(status="sending")
    expect(page.locator("#tests")).to_contain_text("Sending")
    expect(test).to_be_focused()
    TestMessage.objects.update(status="opened")
    expect(page.locator("#tests")).to_contain_text("Opened")
    expect(page.locator("#tests:not([data-asks-again])")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#test-results")).to_contain_text("Opened")


def test_a_double_click_sends_once(page_as: PageAs, campaign: Campaign) -> None:
    person = TestPerson.objects.create(name="Mona")
    TestAddress.objects.create(person=person, kind="phone", value="+380501112233")
    page = page_as(Role.MARKETER)
    page.goto(f"/campaigns/{campaign.pk}/test/")
    page.get_by_role("button", name="Send 1 test message").dblclick()
    expect(page.locator("#test-results")).to_contain_text("Queued")
    assert TestMessage.objects.count() == 1


def test_a_test_is_sent_without_javascript_too(page_as: PageAs, campaign: Campaign) -> None:
    person = TestPerson.objects.create(name="Mona")
    TestAddress.objects.create(person=person, kind="phone", value="+380501112233")
    page = page_as(Role.MARKETER, java_script_enabled=False, may_complain=True)
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    page.get_by_role("button", name="Send a test").click()
    page.get_by_label("2. Email from SHOP").uncheck()
    page.get_by_role("button", name="Show what would be sent").click()
    page.get_by_role("button", name="Send 1 test message").click()
    expect(page.locator("#test-results")).to_contain_text("Mona")


def test_the_pages_of_a_test_can_be_read_by_everybody(
    page_as: PageAs, width: int, campaign: Campaign, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.MARKETER, width=width, may_complain=True)
    page.goto("/test-people/")
    suits_everybody(page, "test-people-none")
    page.goto("/test-people/new/")
    page.get_by_label("Name").fill("Mona")
    page.get_by_label("Phone number").fill("12")
    page.get_by_text("Messengers and push").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_phone_error")).to_be_visible()
    suits_everybody(page, "test-person")
    page.get_by_label("Phone number").fill("+380501112233")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("+380501112233")).to_be_visible()
    page.goto(f"/campaigns/{campaign.pk}/tests/")
    suits_everybody(page, "tests-none")
    page.goto(f"/campaigns/{campaign.pk}/test/")
    page.get_by_role("button", name="Send 1 test message").click()
    expect(page.locator("#test-results")).to_contain_text("Queued")
    TestMessage.objects.update(status="failed", error_class="account", code="401", detail="no credit on this account")
    expect(page.locator("#test-results")).to_contain_text("no credit")
    suits_everybody(page, "test-results")
    page.get_by_role("link", name="Past tests").click()
    suits_everybody(page, "tests")
