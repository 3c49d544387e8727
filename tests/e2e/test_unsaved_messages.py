"""What was typed while the server was broken or away: told calmly, tried again, never lost; leaving asks first."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Route, expect

from campaigns.permissions import Role
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.e2e.test_editor_pages import text_field
from tests.e2e.test_message_pages import PATIENCE, expect_saved, opened, write
from tests.factories import make_sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("sender")]

KEEP = "**/message/keep/"


def lose_answer(route: Route) -> None:
    """Let the server do what it is asked for, and the network lose its answer."""
    route.fetch()
    route.abort()


# How a request may come to nothing.
FAILURES: dict[str, Callable[[Route], object]] = {
    "broken": lambda route: route.fulfill(status=503),
    "away": lambda route: route.abort(),
    "answer-lost": lose_answer,
}
LEAVES = "() => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }))"
REFUSES = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('', 'SecurityError'); } })"


@pytest.fixture
def sender() -> None:
    """Somebody who can send."""
    make_sender()


def fail(page: Page, failure: Callable[[Route], object], *, times: int) -> None:
    """Let so many requests of the page to save what was typed come to nothing."""
    page.route(KEEP, failure, times=times)


@pytest.mark.parametrize("failure", FAILURES)
def test_what_could_not_be_saved_is_tried_again_by_itself(
    page_as: PageAs, suits_everybody: SuitsEverybody, failure: str
) -> None:
    # The browser writes failed requests to its console.
    page = page_as(Role.MARKETER, may_complain=True)
    campaign = opened(page)
    fail(page, FAILURES[failure], times=2)
    write(page, "Typed while nothing worked")
    trying = page.locator("#message-trying")
    expect(trying).to_have_text("Not saved yet. Trying again…", timeout=PATIENCE)
    assert page.evaluate(LEAVES), "whoever leaves the page now is warned"
    expect(page.locator("#toasts")).to_be_empty()
    suits_everybody(page, f"editor-{failure}")
    page.keyboard.type(", and typed on")
    expect_saved(page)
    expect(trying).to_be_empty()
    expect(text_field(page)).to_be_focused()
    assert campaign.version.contents.get().text == "Typed while nothing worked, and typed on"
    assert not page.evaluate(LEAVES)


def test_it_is_tried_at_once_when_the_browser_is_online_again(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, may_complain=True)
    campaign = opened(page)
    page.clock.install()
    page.context.set_offline(True)
    write(page, "Typed on a train")
    expect(page.locator("#message-trying")).to_have_text("Not saved yet. Trying again…", timeout=PATIENCE)
    # From here on no pause ends.
    page.clock.pause_at(page.evaluate("Date.now() + 120000"))
    page.context.set_offline(False)
    expect_saved(page)
    assert campaign.version.contents.get().text == "Typed on a train"


def test_what_is_no_copy_in_the_browser_is_dropped(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    opened(page)
    key = f"cascade.message.{page.locator('#message-form').get_attribute('data-copy-key')}"
    for broken in ("{half", "5", '{"values": "null"}', '{"values": 7, "at": "x"}'):
        page.evaluate("([key, value]) => localStorage.setItem(key, value)", [key, broken])
        page.reload()
        expect(page.locator("#message-unsent")).to_be_hidden()
        assert page.evaluate("key => localStorage.getItem(key)", key) is None
    write(page, "Typed after all")
    expect_saved(page)


def test_a_browser_that_keeps_nothing_saves_all_the_same(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    page.add_init_script(REFUSES)
    campaign = opened(page)
    write(page, "Typed in a private window")
    expect_saved(page)
    assert campaign.version.contents.get().text == "Typed in a private window"


# What a slow server's answer leaves time for: a text is typed after a card was asked for, and before it has come.
MEANWHILE = """
(words) => new Promise((done) => {
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (detail.target.id !== "message") return;
    const field = document.querySelector("#message-form textarea");
    field.focus();
    field.setRangeText(words, 0, field.value.length, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
    detail.xhr.addEventListener("loadend", () => done());
  }, { once: true });
  document.getElementById("tab-viber-").click();
})
"""
STALE = MEANWHILE.replace('document.getElementById("tab-viber-").click()', 'htmx.trigger("#message", "stale")')


def test_what_is_typed_while_another_text_is_on_its_way_is_saved_before_it_comes(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    page.evaluate(MEANWHILE, "Typed at the last moment")
    expect(page.locator("#message")).to_contain_text("This channel uses the text for everyone.")
    expect(text_field(page)).to_have_value("Typed at the last moment")
    assert campaign.version.contents.get().text == "Typed at the last moment"


def test_what_is_typed_while_the_card_is_drawn_anew_stays_in_the_field(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    page.evaluate(STALE, "Typed at the last moment")
    expect(text_field(page)).to_have_value("Typed at the last moment")
    expect(text_field(page)).to_be_focused()
    expect_saved(page)
    expect(page.locator("#message-unsent")).to_be_hidden()
    assert campaign.version.contents.get().text == "Typed at the last moment"


def test_what_was_chosen_in_a_step_and_not_saved_is_not_left_without_a_question(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, may_complain=True)
    opened(page)
    first, wait = page.locator(".wait").first, page.get_by_label("Wait up to").first
    first.locator("summary").click()
    assert not page.evaluate(LEAVES)
    wait.fill("7")
    assert page.evaluate(LEAVES)
    page.route("**/timeout/", FAILURES["broken"], times=1)
    first.get_by_role("button", name="Save the waiting time").click()
    expect(page.locator("#toasts")).to_contain_text("That did not work")
    expect(wait).to_have_value("7")
    assert page.evaluate(LEAVES)
    page.locator("#chain").get_by_role("button", name="Remove the step").first.click()
    expect(page.locator(".chain-step")).to_have_count(1)
    assert not page.evaluate(LEAVES), "what was removed takes its fields along"
