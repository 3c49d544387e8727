"""A first cascade from an empty product, as `make run` starts it: how many clicks and keys it takes beside text.

One admin, no account, nobody to write to. The home page leads: the sandbox, a contact file, a segment, a cascade.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import be_as_patient_as_usual, listen, settle
from tests.e2e.counting_hand import CountingHand
from tests.e2e.desk import PATIENCE_MS, PERSON
from tests.e2e.recipient import SOON_MS
from tests.e2e.running_product import PASSWORD, free_ports, running_empty

MOST = 25
# Somebody of the sample file is awake at any hour, so the first messages leave whenever the test runs.
TEXT = "Hello {{ first_name | friend }}, the new season is here: {{ link }}"


@pytest.fixture
def invitation() -> Iterator[str]:
    """An empty product under way: where its first admin is made. The folder is short for PostgreSQL's socket."""
    with TemporaryDirectory(prefix="cascade-run-") as folder, running_empty(Path(folder), port=free_ports()) as address:
        yield address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A person's browser, patient with a machine under load."""
    context = browser.new_context(user_agent=PERSON, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    yield context
    be_as_patient_as_usual()
    context.close()


@pytest.mark.timeout(600)
def test_a_first_cascade_takes_few_clicks_and_keys(
    invitation: str, context: BrowserContext, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    complaints: list[str] = []
    context.on("page", lambda page: listen(page, complaints))
    page = context.new_page()
    become_admin(page, invitation)
    hand = CountingHand(page=page, deeds=[])
    try:
        use_sandbox(hand)
        upload_sample(hand, tmp_path)
        make_segment(hand)
        launch_cascade(hand)
    finally:
        page.screenshot(path=tmp_path / "last.png", full_page=True)
    expect(page.locator("#watch-badge")).to_have_text("Running")
    message_arrives(page)
    record_property("clicks and keys", len(hand.deeds))
    assert len(hand.deeds) < MOST, "\n".join(hand.deeds)
    assert not complaints, complaints


def become_admin(page: Page, invitation: str) -> None:
    """Make the first account: where the counting begins, it is there."""
    page.goto(invitation)
    answers = {"organisation": "Marigold", "first_name": "Ada", "email": "ada@example.com", "password": PASSWORD}
    for name, value in answers.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.locator("#way-done")).to_have_text("0 of 4 done")


def use_sandbox(hand: CountingHand) -> None:
    """One click connects the safe first vendor, with a sender on every channel."""
    hand.click(hand.page.get_by_role("button", name="Use the sandbox"))
    expect(hand.page.locator("#way-done")).to_have_text("1 of 4 done")


def upload_sample(hand: CountingHand, folder: Path) -> None:
    """The file that the page offers, understood without a correction: only the channels are for a person to say."""
    page = hand.page
    hand.click(page.locator(".first-steps").get_by_role("link", name="Upload contacts"))
    with page.expect_download() as started:
        hand.click(page.get_by_role("link", name="Take this one with twenty invented people"))
    file = folder / started.value.suggested_filename
    started.value.save_as(file)
    hand.choose_file(page.get_by_label("Contact file"), file)
    hand.click(page.get_by_role("button", name="Upload", exact=True))
    for channel in ("SMS", "Viber"):
        hand.click(page.get_by_label(channel, exact=True))
    hand.click(page.get_by_role("button", name="Start the import"))
    expect(page.get_by_text("20 + 0 + 0 + 0 + 0 = 20")).to_be_visible()


def make_segment(hand: CountingHand) -> None:
    """Those whom the file added; name and rule are there already."""
    page = hand.page
    hand.click(page.get_by_role("link", name="Make a segment"))
    expect(page.get_by_label("Name", exact=True)).to_have_value(re.compile(r"^Added by .+\.csv \("))
    expect(page.locator("#preview")).to_contain_text("20 people")
    hand.click(page.get_by_role("button", name="Save"))


def launch_cascade(hand: CountingHand) -> None:
    """A recipe, a link, a text; reviewed and launched."""
    page = hand.page
    hand.click(page.get_by_role("link", name="Make a campaign for it"))
    hand.click(page.get_by_label("SMS + Viber"))
    hand.type(page.get_by_label("Tracked link"), "https://shop.example.com/season")
    hand.click(page.get_by_role("button", name="Make the draft"))
    hand.type(page.get_by_role("textbox", name="Text"), TEXT)
    expect(page.locator(".step-title")).to_have_count(2)
    expect(page.locator("#editor-status")).not_to_have_class(re.compile("has-unsaved"))
    hand.click(page.get_by_role("link", name="Review and launch"))
    expect(page.get_by_role("button", name="Launch to 20 people")).to_be_visible()
    settle(page)
    hand.click(page.get_by_role("button", name="Launch to 20 people"))


def message_arrives(page: Page) -> None:
    """Somebody's phone in the sandbox has the message."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="People's phones").click()
    phones = opened.value
    phones.locator("#conversations").get_by_role("link").first.click(timeout=SOON_MS)
    phones.locator("#notifications .notification").first.click(timeout=SOON_MS)
    expect(phones.locator(".bubble").first).to_contain_text("the new season is here")
