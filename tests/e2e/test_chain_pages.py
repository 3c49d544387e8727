"""The chain in a real browser: dragged by mouse and touch, built by keyboard alone, undone, at both widths."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns import drafting
from campaigns.models import Campaign, Route, Step
from campaigns.permissions import Role
from channels.kinds import Channel
from tests.e2e.browser import PageAs, SuitsEverybody, settle
from tests.e2e.keyboard import tab_to
from tests.factories import make_account, make_contact, make_price, make_segment, make_sender

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shop")]

PRICES = {Channel.PUSH: "0", Channel.SMS: "0.031", Channel.VIBER: "0.042", Channel.VOICE: "0.11"}
SPANISH = {"op": "all", "rules": [{"field": "language", "is": "in", "value": ["es"]}]}


@pytest.fixture
def shop() -> None:
    """A shop with four channels and their prices, and somebody to write to."""
    account = make_account(name="Sandbox")
    for channel, amount in PRICES.items():
        make_sender(channel=channel, account=account, name="SHOP", identity="SHOP")
        make_price(account=account, channel=channel, amount=amount)
    make_contact(phone="+380501112200", first_name="Ann", consents=[Channel.SMS, Channel.VIBER])


def draft(*channels: Channel) -> Campaign:
    """A draft with a step on each of `channels`, in their order."""
    campaign = drafting.create(name="Autumn collection", actor=None)
    route = campaign.version.routes.get()
    for channel in channels:
        drafting.add_step(campaign=campaign, route=route, channel=channel)
    return campaign


def open_editor(page: Page, campaign: Campaign) -> None:
    """Open the editor, and wait until the people are counted."""
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    expect(page.locator("#audience-people")).not_to_contain_text("counting")
    settle(page)


def titles(page: Page) -> Locator:
    """The headings of the steps."""
    return page.locator(".step-title")


def drag(page: Page, step: Locator, *, above: Locator) -> None:
    """Take `step` by its handle and let go of it above another."""
    handle, target = step.locator(".step-handle").bounding_box(), above.locator(".card").first.bounding_box()
    assert handle
    assert target
    x = handle["x"] + handle["width"] / 2
    page.mouse.move(x, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(x, target["y"] + target["height"] / 2, steps=12)
    page.mouse.move(x, target["y"] + 4, steps=6)
    page.mouse.up()


def test_a_step_is_dragged_by_its_handle(page_as: PageAs) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    page = page_as(Role.MARKETER)
    open_editor(page, campaign)
    steps = page.locator(".chain-step")
    steps.nth(2).scroll_into_view_if_needed()
    with page.expect_request("**/arrange/") as posted:
        drag(page, steps.nth(2), above=steps.nth(0))
    assert posted.value.method == "POST"
    expect(titles(page)).to_have_text(["1. Voice from SHOP", "2. SMS from SHOP", "3. Viber from SHOP"])
    expect(page.locator("#chain-said")).to_have_text("Voice from SHOP is now step 1 of 3.")
    route = Route.objects.get()
    assert list(route.steps.values_list("channel", flat=True)) == ["voice", "sms", "viber"]


def test_a_step_is_dragged_by_a_finger(page_as: PageAs) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    page = page_as(Role.MARKETER, width=390, has_touch=True, is_mobile=True)
    open_editor(page, campaign)
    steps = page.locator(".chain-step")
    steps.nth(0).scroll_into_view_if_needed()
    page.evaluate("document.querySelector('#chain-steps').scrollIntoView()")
    handle = steps.nth(1).locator(".step-handle").bounding_box()
    target = steps.nth(0).locator(".card").first.bounding_box()
    assert handle
    assert target
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    finger = page.context.new_cdp_session(page)

    def touch(kind: str, at: float) -> None:
        points = [] if kind == "touchEnd" else [{"x": x, "y": at}]
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", y)
    way = target["y"] + 4 - y
    for part in range(1, 13):
        touch("touchMove", y + way * part / 12)
    touch("touchEnd", 0)
    expect(titles(page)).to_have_text(["1. Viber from SHOP", "2. SMS from SHOP"])


def test_a_drop_on_an_old_page_shows_what_there_is_instead(page_as: PageAs) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    page = page_as(Role.MARKETER)
    open_editor(page, campaign)
    drafting.add_step(campaign=campaign, route=campaign.version.routes.get(), channel=Channel.VOICE)
    steps = page.locator(".chain-step")
    steps.nth(1).scroll_into_view_if_needed()
    drag(page, steps.nth(1), above=steps.nth(0))
    expect(page.locator("#toasts")).to_contain_text("in another window or by somebody else")
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP", "3. Voice from SHOP"])


def test_a_drop_that_does_not_arrive_is_taken_back(page_as: PageAs) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    page = page_as(Role.MARKETER, may_complain=True)
    open_editor(page, campaign)
    page.route("**/arrange/", lambda route: route.abort())
    steps = page.locator(".chain-step")
    steps.nth(1).scroll_into_view_if_needed()
    drag(page, steps.nth(1), above=steps.nth(0))
    expect(page.locator("#toasts")).to_contain_text("No connection to Cascade.")
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP"])


def test_a_whole_chain_is_built_by_keyboard_alone(page_as: PageAs, width: int) -> None:
    page = page_as(Role.MARKETER, width=width)
    campaign = draft()
    open_editor(page, campaign)
    # Add: the list of channels is open in an empty chain.
    tab_to(page, page.get_by_role("button", name="Viber"))
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(["1. Viber from SHOP"])
    expect(page.locator(".step-card").first).to_be_focused()
    for channel, count in (("SMS", 2), ("Voice", 3)):
        tab_to(page, page.locator("#add-step"))
        page.keyboard.press("Enter")
        tab_to(page, page.locator(f".channel-choice[value={channel.lower()}]"))
        page.keyboard.press("Enter")
        expect(titles(page)).to_have_count(count)
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP", "3. Voice from SHOP"])
    _move_by_keys(page)
    _wait_by_keys(page)
    _duplicate_and_remove_by_keys(page)
    assert list(Route.objects.get().steps.values_list("channel", flat=True)) == ["viber", "sms", "voice", "voice"]


def _move_by_keys(page: Page) -> None:
    """SMS from the first place to the last and back to the second; the handle keeps the focus."""
    sms = Step.objects.get(channel=Channel.SMS)
    handle = page.locator(f"#step-{sms.pk}-handle")
    # Back from the new card to one before it.
    tab_to(page, handle, key="Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(titles(page)).to_have_text(["1. Viber from SHOP", "2. Voice from SHOP", "3. SMS from SHOP"])
    expect(page.locator("#chain-said")).to_have_text("SMS from SHOP is now step 3 of 3.")
    expect(handle).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(titles(page)).to_have_text(["1. Viber from SHOP", "2. SMS from SHOP", "3. Voice from SHOP"])
    # At the end of its way the button is gone, and the focus goes to the card.
    tab_to(page, page.locator(f"#step-{sms.pk}-up"))
    page.keyboard.press("Enter")
    expect(titles(page).first).to_have_text("1. SMS from SHOP")
    expect(page.locator(f"#step-{sms.pk}")).to_be_focused()
    tab_to(page, page.locator(f"#step-{sms.pk}-down"))
    page.keyboard.press("Enter")
    expect(titles(page).first).to_have_text("1. Viber from SHOP")
    expect(page.locator(f"#step-{sms.pk}-down")).to_be_focused()


def _wait_by_keys(page: Page) -> None:
    """SMS waits for five hours."""
    sms = Step.objects.get(channel=Channel.SMS)
    wait = page.locator(f"#step-{sms.pk}-wait")
    tab_to(page, wait.locator("summary"))
    page.keyboard.press("Enter")
    tab_to(page, wait.get_by_label("Wait up to"))
    page.keyboard.press("Control+a")
    page.keyboard.type("5")
    tab_to(page, wait.get_by_role("button", name="Save the waiting time"))
    page.keyboard.press("Enter")
    expect(wait.locator("summary")).to_contain_text("wait up to 5 hours")
    expect(wait.locator("summary")).to_be_focused()


def _duplicate_and_remove_by_keys(page: Page) -> None:
    """The call twice; SMS removed, and put back."""
    voice = page.locator(".chain-step").last
    tab_to(page, voice.get_by_role("button", name="Duplicate the step"))
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_count(4)
    expect(page.locator("#chain-said")).to_have_text("Voice from SHOP was added as step 4 of 4.")
    expect(page.locator(".step-card").last).to_be_focused()
    sms = page.locator(".chain-step").nth(1)
    tab_to(page, sms.get_by_role("button", name="Remove the step"), key="Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#chain-said")).to_have_text("SMS from SHOP was removed. You can undo this.")
    expect(page.get_by_role("button", name="Undo")).to_be_focused()
    page.keyboard.press("Enter")
    expect(titles(page)).to_have_text(
        ["1. Viber from SHOP", "2. SMS from SHOP", "3. Voice from SHOP", "4. Voice from SHOP"]
    )
    expect(page.locator("#chain-said")).to_have_text("SMS from SHOP is back as step 2 of 4.")
    expect(page.locator(".wait summary").nth(1)).to_contain_text("wait up to 5 hours")


def test_what_was_typed_into_a_step_outlives_other_buttons_until_it_is_saved(page_as: PageAs) -> None:
    page, campaign = page_as(Role.MARKETER), draft(Channel.SMS, Channel.VIBER)
    open_editor(page, campaign)
    sms = page.locator(".chain-step", has_text="SMS from SHOP")
    sms.locator(".wait summary").click()
    sms.get_by_label("Wait up to").fill("5")
    sms.get_by_label("Unit").select_option(label="days")
    page.locator(".chain-step", has_text="Viber from SHOP").get_by_role("button", name="Duplicate the step").click()
    expect(titles(page)).to_have_count(3)
    expect(sms.get_by_label("Wait up to")).to_have_value("5")
    sms.get_by_role("button", name="Save the waiting time").click()
    expect(sms.locator(".wait summary")).to_contain_text("5 days")
    assert Step.objects.get(channel=Channel.SMS).timeout == timedelta(days=5)


def test_a_removed_step_comes_back_after_a_reload(page_as: PageAs, width: int) -> None:
    page = page_as(Role.MARKETER, width=width)
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.VOICE)
    open_editor(page, campaign)
    page.locator(".chain-step").nth(1).get_by_role("button", name="Remove the step").click()
    expect(page.locator(".chain-undo")).to_contain_text("Viber from SHOP was removed.")
    page.reload()
    page.get_by_role("button", name="Undo").click()
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP", "3. Voice from SHOP"])
    expect(page.locator(".chain-undo")).to_have_count(0)


def test_a_recipe_fills_a_chain_and_asks_before_it_replaces_one(page_as: PageAs, width: int) -> None:
    page = page_as(Role.MARKETER, width=width)
    campaign = draft()
    open_editor(page, campaign)
    page.locator("#recipes").click()
    page.get_by_role("button", name="SMS + Viber").click()
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP"])
    expect(page.locator(".chain-hint")).to_contain_text("This chain tries 2 channels.")
    page.locator("#recipes").click()
    page.get_by_role("link", name="Cheapest first").click()
    expect(page.locator("#recipe-question")).to_be_focused()
    expect(page.locator("#recipe-question")).to_contain_text("“Cheapest first” replaces the 2 steps of this route.")
    page.get_by_role("link", name="Keep them").click()
    expect(page.locator("#recipe-question")).to_have_count(0)
    expect(titles(page)).to_have_count(2)
    page.locator("#recipes").click()
    page.get_by_role("link", name="Cheapest first").click()
    page.get_by_role("button", name="Replace 2 steps").click()
    expect(titles(page)).to_have_text(
        ["1. Push from SHOP", "2. SMS from SHOP", "3. Viber from SHOP", "4. Voice from SHOP"]
    )
    expect(page.locator(".chain-hint")).to_have_count(0)


def test_a_recipe_asks_without_javascript_too(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER, java_script_enabled=False, may_complain=True)
    campaign = draft(Channel.VOICE)
    page.goto(f"/campaigns/{campaign.pk}/edit/")
    page.locator("#recipes").click()
    page.get_by_role("link", name="SMS + Viber").click()
    page.get_by_role("button", name="Replace 1 step").click()
    expect(titles(page)).to_have_text(["1. SMS from SHOP", "2. Viber from SHOP"])
    page.get_by_role("button", name="Duplicate the step").first.click()
    expect(titles(page)).to_have_count(3)
    page.get_by_role("button", name="Remove the step").first.click()
    page.get_by_role("button", name="Undo").click()
    expect(titles(page)).to_have_count(3)


def test_routes_stand_side_by_side_with_their_people(page_as: PageAs, width: int) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER)
    drafting.add_route(campaign=campaign, segment=make_segment(name="Spanish speakers", rule=SPANISH))
    page = page_as(Role.MARKETER, width=width)
    open_editor(page, campaign)
    columns = page.locator(".route-column")
    expect(columns.nth(0)).to_contain_text("Spanish speakers 0")
    expect(columns.nth(1)).to_contain_text("Everyone else 1")
    page.get_by_role("link", name="Spanish speakers").click()
    expect(columns.nth(0)).to_have_class("route-column is-current")
    tops = [column.evaluate("column => column.getBoundingClientRect().top") for column in columns.all()]
    assert tops[0] == tops[1] or width < 576


def test_the_chain_can_be_read_by_everybody(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    campaign = draft(Channel.SMS, Channel.VIBER, Channel.WHATSAPP)
    drafting.add_route(campaign=campaign, segment=make_segment(name="Spanish speakers", rule=SPANISH))
    page = page_as(Role.MARKETER, width=width)
    open_editor(page, campaign)
    suits_everybody(page, "chain")
    page.locator(".chain-step").nth(1).get_by_role("button", name="Remove the step").click()
    expect(page.locator(".chain-undo")).to_be_visible()
    page.locator("#recipes").click()
    suits_everybody(page, "chain-recipes")
    page.get_by_role("link", name="SMS + Viber").click()
    expect(page.locator("#recipe-question")).to_be_visible()
    suits_everybody(page, "chain-question")
    open_editor(page, drafting.create(name="Empty", actor=None))
    page.locator("#recipes").click()
    suits_everybody(page, "chain-empty")


def test_a_request_waiting_behind_one_whose_element_left_the_page_is_sent_all_the_same(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    open_editor(page, draft(Channel.SMS))
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    with page.expect_response("**sought=last**"):
        page.evaluate("""() => {
      const ask = (name) => {
        const button = document.createElement("button");
        document.getElementById("editor").append(button);
        htmx.ajax("GET", `/jump/?sought=${name}`, {source: button, swap: "none"});
        return button;
      };
      const [, leaving] = [ask("first"), ask("leaving"), ask("last")];
      leaving.remove();
    }""")
    asked = [found[1] for address in sent if (found := re.search(r"sought=(\w+)", address))]
    assert asked == ["first", "last"]
