"""The Channels pages in a real browser: an admin connects vendors, adds senders, tells prices, lets held ones go."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from campaigns.permissions import Role
from channels import own_sandbox
from channels.kinds import Channel
from channels.models import Account, Price, Sender
from tests.campaigns.servers import in_a_thread
from tests.channels.sandbox_server import SECRET, RunningSandbox, running_sandbox
from tests.channels.smtp_server import Postbox, smtp_server
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.factories import NOON, make_account, make_price, make_sender

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def sandbox(settings: Settings, tmp_path: Path) -> Iterator[RunningSandbox]:
    """This installation's own sandbox, under way."""
    settings.DATA_DIR = tmp_path
    folder = tmp_path / own_sandbox.FOLDER
    folder.mkdir()
    (folder / "secret").write_text(SECRET)
    with in_a_thread(running_sandbox(folder)) as running:
        settings.SANDBOX_URL = running.url
        settings.PRIVATE_HOSTS = [running.host]
        yield running


def make_channels() -> Account:
    """An account with a sender on every channel, one of them held, and prices."""
    account = make_account(name="Our sandbox", settings={"url": "http://127.0.0.1:8001"})
    for channel in Channel:
        make_sender(account=account, channel=channel, name=f"Shop on {channel.label}")
    Sender.objects.filter(channel=Channel.SMS).update(held_at=NOON, held_reason="402 the balance is empty")
    Sender.objects.filter(channel=Channel.VK).update(is_active=False)
    make_price(account=account, channel=Channel.SMS, amount="0.045")
    for country in ("ES", "RU", "UA", "US"):
        make_price(account=account, channel=Channel.SMS, amount="0.0071", country=country)
    make_price(account=account, channel=Channel.VIBER, amount="0.016")
    return account


def test_every_channel_every_price_and_the_forms_of_vendors_can_be_used_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    account = make_channels()
    page = page_as(Role.ADMIN, width=width)
    for path in ("", f"{account.pk}/prices/", "new/smtp/", "new/generic_http/"):
        page.goto(f"/channels/{path}")
        suits_everybody(page, f"channels-{path.replace('/', '-')}")


@pytest.fixture
def kept_out(settings: Settings, tmp_path: Path) -> None:
    """This installation's own sandbox could not be started: another program has its port."""
    settings.DATA_DIR, settings.SANDBOX_URL, settings.IS_SANDBOX_ON_DEMAND = tmp_path, "http://127.0.0.1:8001", True
    own_sandbox.ask_for()
    own_sandbox.note_port(tmp_path, is_taken=True)


@pytest.mark.usefixtures("kept_out")
def test_a_sandbox_that_is_not_running_is_told_to_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    account = make_channels()
    page = page_as(Role.ADMIN, width=width)
    for name, path in {"home": "/", "channels": "/channels/", "account": f"/channels/{account.pk}/"}.items():
        page.goto(path)
        expect(page.get_by_text("Another program has taken its port, 8001.")).to_be_visible()
        suits_everybody(page, f"{name}-without-sandbox")


def test_errors_and_open_sections_can_be_read_by_everybody(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.ADMIN, width=width, may_complain=True)
    page.goto("/channels/new/generic_http/")
    page.get_by_label("Password or API key").fill("swordfish")
    for section in ("What the gateway answers", "Repeated messages", "Reports and replies"):
        page.get_by_text(section).click()
    page.get_by_label("Where the answer says that it worked").fill("status")
    page.get_by_label("Secret of its webhooks").fill("short")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Please fill this in.")).to_have_count(1)
    expect(page.get_by_text("Please fill in both, the place and the word, or neither.")).to_be_visible()
    expect(page.get_by_text("Type it again", exact=False).first).to_be_visible()
    suits_everybody(page, "channels-errors")


def test_an_admin_connects_the_sandbox_adds_a_sender_and_opens_its_inbox(
    page_as: PageAs, suits_everybody: SuitsEverybody, sandbox: RunningSandbox
) -> None:
    page = page_as(Role.ADMIN)
    page.goto("/")
    page.get_by_role("link", name="Channels").click()
    page.get_by_role("link", name=re.compile("^Sandbox")).click()
    page.get_by_label("Name").fill("Our sandbox")
    page.get_by_role("button", name="Connect").click()
    expect(page.get_by_text("Our sandbox is connected. Now add a sender.")).to_be_visible()

    _test_connection(page, expected="It works. The vendor says:")
    suits_everybody(page, "channels-connected")

    page.get_by_role("link", name="Add a sender").click()
    page.get_by_label("Channel").select_option("viber")
    page.get_by_label("Name").fill("Shop")
    page.get_by_label("Identity").fill("My shop")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Shop", exact=True)).to_be_visible()
    assert Sender.objects.get().channel == Channel.VIBER

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Open the inbox").click()
    expect(opened.value).to_have_url(re.compile(f"^{re.escape(sandbox.url)}/inbox"))


def test_an_admin_connects_a_mail_server_and_sees_what_it_answers(page_as: PageAs, settings: Settings) -> None:
    page = page_as(Role.ADMIN, width=390)
    with in_a_thread(smtp_server(Postbox())) as host:
        settings.PRIVATE_HOSTS = [host, "127.0.0.1:9"]
        page.goto("/channels/new/smtp/")
        page.get_by_label("Server").fill("127.0.0.1")
        page.get_by_label("Port").fill(host.partition(":")[2])
        page.get_by_label("Encryption").select_option("none")
        page.get_by_role("button", name="Connect").click()
        _test_connection(page, expected="It works. The vendor says:")
        page.get_by_label("Port").fill("9")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("is saved.")).to_be_visible()
        _test_connection(page, expected="It does not work. The vendor says:")


def _test_connection(page: Page, *, expected: str) -> None:
    page.get_by_role("button", name="Test connection").click()
    expect(page.locator("#test-result")).to_contain_text(expected)


def test_prices_are_told_in_rows(page_as: PageAs) -> None:
    account = make_account(name="Our sandbox")
    page = page_as(Role.ADMIN, width=390)
    page.goto(f"/channels/{account.pk}/")
    page.get_by_role("link", name="Change the prices").click()
    rows = page.locator(".price-rows tbody tr")
    rows.nth(0).get_by_label("Price").fill("0.045")
    rows.nth(1).get_by_label("Country").fill("es")
    rows.nth(1).get_by_label("Price").fill("0.055")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("0.045 USD")).to_be_visible()
    expect(page.get_by_text("ES 0.055 USD")).to_be_visible()
    assert Price.objects.count() == 2


def test_a_held_sender_is_released_in_a_dialog_by_keyboard(page_as: PageAs) -> None:
    make_channels()
    page = page_as(Role.ADMIN)
    page.goto("/channels/")
    page.get_by_role("link", name="Let it send").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("402 the balance is empty")
    dialog.get_by_role("button", name="Let it send").press("Enter")
    expect(page.get_by_text("Shop on SMS sends again.")).to_be_visible()
    assert Sender.objects.get(channel=Channel.SMS).held_at is None
