"""The message written in a real browser: variables offered, saved as one types, nothing lost, shown for people."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from campaigns import drafting
from campaigns.drafting.opening import acting
from campaigns.models import Campaign, Content
from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import Sender
from tests.e2e.browser import PageAs, SuitsEverybody
from tests.e2e.test_editor_pages import draft, open_editor, text_field
from tests.factories import make_contact, make_price, make_sender, make_user

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("senders")]

# Longer than the page waits for an answer (30 s) before it tries again, on the slowest machine.
PATIENCE = 60_000


@pytest.fixture
def senders() -> dict[Channel, Sender]:
    """Senders of four kinds of channels, and people of whom one has no name and one reads Spanish."""
    made = {channel: make_sender(channel=channel, name="SHOP", identity="SHOP") for channel in KINDS}
    make_price(account=made[Channel.SMS].account, channel=Channel.SMS, amount="0.031")
    for number, (name, language) in enumerate((("Ann", "en"), ("", "en"), ("Juan", "es"))):
        make_contact(phone=f"+38050111220{number}", first_name=name, last_name="", language=language)
    return made


KINDS = (Channel.SMS, Channel.VIBER, Channel.EMAIL, Channel.VOICE)


def status(page: Page) -> Locator:
    """What the header says of the draft's being saved."""
    return page.locator("#editor-status")


def expect_saved(page: Page) -> None:
    """Wait until the page says that everything is saved."""
    expect(status(page)).not_to_have_class(re.compile("has-unsaved"), timeout=PATIENCE)


def opened(page: Page, campaign: Campaign | None = None) -> Campaign:
    """A draft, open in the editor."""
    campaign = campaign or draft()
    open_editor(page, campaign)
    return campaign


def write(page: Page, words: str) -> None:
    """Type `words` in place of what there is."""
    text_field(page).fill("")
    text_field(page).press_sequentially(words)


def test_a_variable_is_chosen_by_keyboard_alone(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER, width=width)
    opened(page)
    write(page, "Hello {{")
    variables = page.get_by_role("listbox", name="Variables")
    expect(variables).to_be_visible()
    expect(variables.get_by_role("option", name="first_name first name Ann")).to_be_visible()
    suits_everybody(page, "editor-variables")
    page.keyboard.type("name")
    expect(variables.get_by_role("option")).to_have_count(3)
    first = variables.get_by_role("option", selected=True)
    expect(first).to_contain_text("first_name")
    page.keyboard.press("ArrowDown")
    expect(variables.get_by_role("option", selected=True)).to_contain_text("last_name")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(variables).to_be_hidden()
    expect(text_field(page)).to_have_value("Hello {{ first_name }}")
    expect(text_field(page)).to_be_focused()


def test_escape_closes_the_list_and_leaves_what_was_typed(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    opened(page)
    write(page, "Hello {{ fi")
    expect(page.locator("#variables")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#variables")).to_be_hidden()
    expect(text_field(page)).to_have_value("Hello {{ fi")
    page.keyboard.type("rst_name")
    expect(page.locator("#variables")).to_be_hidden()
    page.keyboard.type(" }}")
    expect(text_field(page)).to_have_value("Hello {{ first_name }}")


def test_a_variable_is_chosen_by_mouse(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    opened(page)
    write(page, "From {{ coun")
    page.locator("#variables").get_by_role("option", name="country").click()
    expect(text_field(page)).to_have_value("From {{ country }}")
    expect(text_field(page)).to_be_focused()


def test_who_has_no_name_is_seen_and_gets_other_words(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    opened(page)
    write(page, "Hello {{ first_name }}!")
    expect(page.locator(".phone")).to_contain_text("Hello Ann!")
    page.get_by_role("link", name="another person").click()
    expect(page.locator(".phone mark")).to_have_text("first_name")
    expect(page.locator(".gaps")).to_contain_text("1 person of 3 has none.")
    page.get_by_role("button", name="Say what stands there instead").click()
    page.keyboard.type("dear customer")
    expect(text_field(page)).to_have_value("Hello {{ first_name | dear customer }}!")
    expect(page.locator(".phone")).to_contain_text("Hello dear customer!")
    expect(page.locator(".gaps")).to_have_count(0)


def test_somebody_is_found_by_number_and_stays_while_one_types(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    opened(page)
    page.get_by_role("searchbox", name="Show it for somebody else").press_sequentially("0501112202")
    page.get_by_role("link", name="Juan").click()
    expect(page.locator("#preview-heading")).to_have_text("What Juan sees")
    write(page, "Hola {{ first_name }}")
    expect(page.locator(".phone")).to_contain_text("Hola Juan")


def test_each_channel_is_shown_in_its_frame(page_as: PageAs, width: int, suits_everybody: SuitsEverybody) -> None:
    campaign = draft()
    for channel in (Channel.EMAIL, Channel.VOICE):
        drafting.add_step(campaign=campaign, route=campaign.version.routes.get(), channel=channel)
    page = page_as(Role.MARKETER, width=width)
    opened(page, campaign)
    expect(page.locator(".phone")).to_contain_text("SHOP · SMS")
    shown = page.get_by_role("navigation", name="Shown on")
    for name, frame in (("Email", ".inbox"), ("Voice", ".script"), ("Viber", ".phone")):
        shown.get_by_role("link", name=name).click()
        expect(page.locator(frame)).to_be_visible()
        suits_everybody(page, f"editor-preview-{name.lower()}")


def test_it_is_saved_as_one_types_and_the_focus_stays(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    write(page, "Typed and nothing else")
    expect(status(page)).to_contain_text("Not saved yet")
    expect_saved(page)
    expect(status(page)).to_contain_text("Saved")
    assert campaign.version.contents.get().text == "Typed and nothing else"
    expect(text_field(page)).to_be_focused()
    page.keyboard.type(", and more")
    expect_saved(page)
    assert campaign.version.contents.get().text == "Typed and nothing else, and more"


def test_what_was_typed_offline_survives_a_reload_and_is_offered_again(page_as: PageAs) -> None:
    # The browser writes failed requests to its console.
    page = page_as(Role.MARKETER, may_complain=True)
    campaign = opened(page)
    page.context.set_offline(True)
    write(page, "Typed on a train")
    expect(status(page)).to_contain_text("Not saved yet")
    page.on("dialog", lambda dialog: dialog.accept())
    # Trying again by itself must not be quicker than the reload.
    page.route("**/message/keep/", lambda route: route.abort())
    page.context.set_offline(False)
    page.reload()
    expect(text_field(page)).not_to_have_value("Typed on a train")
    expect(page.locator("#message-unsent")).to_contain_text("never saved")
    page.unroute("**/message/keep/")
    page.get_by_role("button", name="Put it back").click()
    expect(text_field(page)).to_have_value("Typed on a train")
    expect_saved(page)
    assert campaign.version.contents.get().text == "Typed on a train"
    page.reload()
    expect(page.locator("#message-unsent")).to_be_hidden()


def test_what_cannot_be_saved_is_told_at_once_and_saved_when_it_is_mended(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    write(page, "Hello {{ frist_name }}")
    expect(page.locator("#kept-text")).to_have_text("Nothing is called “frist_name”. Did you mean “first_name”?")
    expect(status(page)).to_contain_text("Not saved yet")
    write(page, "Hello {{ first_name }}")
    expect_saved(page)
    expect(page.locator("#kept-text")).to_be_empty()
    assert campaign.version.contents.get().text == "Hello {{ first_name }}"


def overtaken(page: Page) -> Campaign:
    """A page on which something was typed while Olena saved another text."""
    campaign = opened(page)
    with acting(make_user(first_name="Olena", last_name="Koval")):
        drafting.write_content(campaign=campaign, text="Written by Olena")
    write(page, "Written by me")
    expect(page.locator("#message-kept")).to_contain_text("Olena Koval changed this campaign.")
    expect(page.locator("#message-kept")).to_contain_text("Its text is another now")
    return campaign


def test_a_second_editor_is_told_and_keeps_hers(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER)
    campaign = overtaken(page)
    suits_everybody(page, "editor-overtaken")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#message-kept")).to_be_empty()
    expect(text_field(page)).to_have_value("Written by me")
    assert campaign.version.contents.get().text == "Written by me"


def test_a_second_editor_is_told_and_takes_the_other(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = overtaken(page)
    page.get_by_role("link", name="Take the other").click()
    expect(text_field(page)).to_have_value("Written by Olena")
    expect(page.locator("#message-unsent")).to_be_hidden()
    assert campaign.version.contents.get().text == "Written by Olena"


def test_another_text_is_opened_only_after_this_one_is_saved(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    write(page, "For everyone")
    page.locator("#text-tabs").get_by_role("link", name="Viber").click()
    expect(page.locator("#message")).to_contain_text("This channel uses the text for everyone.")
    expect(text_field(page)).to_have_value("For everyone")
    assert campaign.version.contents.get().text == "For everyone"


def test_a_version_for_another_language_is_added_and_removed(
    page_as: PageAs, width: int, suits_everybody: SuitsEverybody
) -> None:
    page = page_as(Role.MARKETER, width=width)
    campaign = opened(page)
    page.locator("#language-menu summary").click()
    expect(page.locator("#language-menu")).to_contain_text("English 2 people")
    suits_everybody(page, "editor-languages")
    page.locator("#language-menu").get_by_role("link", name="Spanish 1 person").click()
    expect(page.locator("#message")).to_contain_text("There is no text in this language yet: Spanish.")
    expect(page.locator("#preview-heading")).to_have_text("What Juan sees")
    write(page, "Hola {{ first_name }}")
    expect_saved(page)
    assert Content.objects.get(language="es").text == "Hola {{ first_name }}"
    expect(page.locator("#text-tabs")).to_contain_text("Spanish")
    page.reload()
    page.get_by_role("button", name="Remove this language").click()
    expect(page.locator("#text-tabs")).not_to_contain_text("Spanish")
    assert campaign.version.contents.get().language == ""


def test_costly_characters_are_replaced_one_by_one_and_all_at_once(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    words = "Our “autumn” collection is here – look at it before the others do"
    text_field(page).fill(words + ": {{ link }}")
    expect(page.locator("#measure")).to_contain_text("a curly quotation mark")
    expect(page.locator("#measure")).to_contain_text("$0.062 a person")
    page.get_by_role("button", name="use “-”").click()
    expect(text_field(page)).to_have_value(re.compile("“autumn” collection is here - look"))
    page.get_by_role("button", name="use plain characters and pay for 1 part").click()
    expect(text_field(page)).to_have_value(re.compile('"autumn" collection is here - look'))
    expect(page.locator("#measure")).to_contain_text("$0.031 a person")
    expect_saved(page)
    assert campaign.version.contents.get().text.startswith('Our "autumn"')


def test_an_idle_editor_hears_of_another_and_loses_nothing(page_as: PageAs, suits_everybody: SuitsEverybody) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    # What cannot be saved stays typed only.
    write(page, "Hello {{ nobody_knows }}")
    expect(page.locator("#kept-text")).to_contain_text("Nothing is called")
    with acting(make_user(first_name="Olena", last_name="Koval")):
        drafting.write_content(campaign=campaign, text="Written by Olena")
    news = page.locator("#editor-news")
    expect(news).to_contain_text("Olena Koval changed this campaign.", timeout=30_000)
    expect(text_field(page)).to_have_value("Hello {{ nobody_knows }}")
    expect(text_field(page)).to_be_focused()
    suits_everybody(page, "editor-news")
    news.get_by_role("link", name="Bring this page up to date").click()
    expect(text_field(page)).to_have_value("Written by Olena")
    expect(page.locator("#message-unsent")).to_contain_text("never saved")
    page.get_by_role("button", name="Put it back").click()
    expect(text_field(page)).to_have_value("Hello {{ nobody_knows }}")
    expect(news).to_be_empty()


def test_ones_own_saving_is_no_news(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    opened(page)
    with page.expect_response("**/news/**", timeout=30_000):
        write(page, "Typed")
        expect_saved(page)
    with page.expect_response("**/news/**", timeout=30_000) as asked:
        pass
    assert asked.value.status == 204
    expect(page.locator("#editor-news")).to_be_empty()
    expect(page.locator("#waiting-bar")).not_to_have_class("waiting-bar is-waiting")


def test_a_tab_out_of_sight_does_not_ask_and_does_not_look_busy_for_ever(page_as: PageAs) -> None:
    page = page_as(Role.MARKETER)
    campaign = opened(page)
    page.evaluate("Object.defineProperty(document, 'hidden', { value: true })")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    address = f"/campaigns/{campaign.pk}/edit/news/"
    page.evaluate("address => { htmx.ajax('GET', address, { source: '#editor-news' }) }", address)
    page.evaluate("() => new Promise((done) => setTimeout(done))")
    assert not [url for url in asked if url.endswith(address)]
    expect(page.locator("#waiting-bar")).not_to_have_class("waiting-bar is-waiting")
