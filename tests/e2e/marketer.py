"""What a marketer does in a story, on the pages as they are: upload, select, write, launch."""

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import FilePayload, Locator, Page, expect


@dataclass(frozen=True, kw_only=True)
class Draft:
    """The campaign of a story. Senders are chosen by their label; the waiting times are in the unit's plural."""

    name: str
    segment: str
    text: str
    link: str
    sms_sender: str
    sms_wait: tuple[int, str]
    viber_success: str
    viber_wait: tuple[int, str]


def upload(page: Page, file: Path | FilePayload) -> None:
    """Choose a contact file and come to its mapping."""
    page.goto("/")
    page.get_by_role("link", name="Contacts", exact=True).click()
    page.get_by_role("link", name="Upload contacts").first.click()
    page.get_by_label("Contact file").set_input_files(file)
    page.get_by_role("button", name="Upload", exact=True).click()
    expect(page.get_by_role("heading", name="What the columns are")).to_be_visible()
    page.wait_for_load_state()


def meaning(page: Page, header: str) -> Locator:
    """The field that says what the column `header` is."""
    return page.get_by_label(f"What “{header}” is", exact=True)


def import_rows(page: Page, *, sum_of_rows: str) -> None:
    """Start the import and wait until its counts are `sum_of_rows` ("7 + 0 + 0 + 1 + 2 = 10")."""
    page.get_by_role("button", name="Start the import").click()
    expect(page.get_by_role("status").filter(has_text="Done")).to_be_visible()
    expect(page.get_by_text(sum_of_rows)).to_be_visible()


def make_segment(page: Page, name: str, *, age: int, preferences: list[str], people: int) -> None:
    """Make a segment of those who are `age` or older and like one of `preferences`; the page counts `people`."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Segments").click()
    page.get_by_role("link", name="New segment").first.click()
    page.get_by_label("Name", exact=True).fill(name)
    page.wait_for_load_state()
    choose(page, 0, about="Age", compare="is at least")
    page.get_by_label("Years").fill(str(age))
    page.get_by_role("button", name="Add a condition").click()
    choose(page, 1, about="Preferences", compare="have any of")
    for preference in preferences:
        page.locator(".rule-row").nth(1).locator(".ts-control input").fill(preference)
        page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text(f"{people} people")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("row", name=name)).to_contain_text(str(people))


def choose(page: Page, place: int, *, about: str, compare: str) -> None:
    """Choose what the condition at `place` is about and how it compares; the row is drawn anew each time."""
    row = page.locator(".rule-row").nth(place)
    for label, choice in (("About", about), ("Compare", compare)):
        field = row.get_by_label(label)
        if field.locator("option:checked").inner_text() != choice:
            before = row.element_handle()
            field.select_option(label=choice)
            before.wait_for_element_state("hidden")


def make_campaign(page: Page, draft: Draft) -> None:
    """Draft a campaign of an SMS, then Viber, that sends at any time of day; come to its review."""
    page.get_by_role("link", name="Campaigns", exact=True).click()
    page.get_by_role("link", name="New campaign").click()
    page.get_by_label("Name").fill(draft.name)
    page.get_by_label("Audience", exact=True).select_option(label=draft.segment)
    page.get_by_role("button", name="Make the draft").click()
    page.get_by_role("textbox", name="Text").fill(draft.text)
    page.wait_for_load_state()
    page.get_by_label("Tracked link").fill(draft.link)
    page.get_by_role("button", name="Save the message").click()
    expect(page.locator("#preview")).to_contain_text("two games")
    add_step(page, "SMS", count=1)
    add_step(page, "Viber", count=2)
    # The cheaper one comes first by itself.
    page.get_by_role("button", name="Move up").click()
    expect(page.locator(".step-title").first).to_contain_text("1. SMS")
    change_step(page, 0, sender=draft.sms_sender)
    set_wait(page, 0, draft.sms_wait)
    change_step(page, 1, condition=draft.viber_success)
    set_wait(page, 1, draft.viber_wait)
    send_at_any_time(page)
    page.get_by_role("link", name="Review and launch").click()


def add_step(page: Page, channel: str, *, count: int) -> None:
    """Add a step, the chain's `count`th."""
    if count > 1:
        page.locator("#add-step").click()
    page.get_by_role("button", name=re.compile(rf"^{channel}\b")).click()
    expect(page.locator(".step-title")).to_have_count(count)


def change_step(page: Page, place: int, *, sender: str = "", condition: str = "") -> None:
    """Say who sends the step at `place`, or what its success is."""
    step = page.locator(".chain-step").nth(place)
    step.get_by_text("Sender and success").click()
    if sender:
        step.get_by_label("Sender").select_option(label=sender)
    if condition:
        step.get_by_label("The chain stops if").select_option(label=condition)
    step.get_by_role("button", name="Save the step").click()
    expect(step.get_by_role("button", name="Save the step")).to_be_hidden()
    expect(step.locator(".step-text")).to_contain_text(sender or condition)


def set_wait(page: Page, place: int, wait: tuple[int, str]) -> None:
    """Say how long the step at `place` waits."""
    number, unit = wait
    step = page.locator(".chain-step").nth(place)
    step.locator(".wait summary").click()
    step.get_by_label("Wait up to").fill(str(number))
    step.get_by_label("Unit").select_option(label=unit)
    step.get_by_role("button", name="Save the waiting time").click()
    expect(step.locator(".wait summary")).to_contain_text(f"wait up to {number} {unit.removesuffix('s')}")


def send_at_any_time(page: Page) -> None:
    """Do without quiet hours, because a story may be told at night."""
    limits = page.locator("#limits")
    limits.get_by_text("Change").click()
    limits.get_by_label("Quiet hours from").fill("")
    limits.get_by_label("until").fill("")
    limits.get_by_role("button", name="Save").click()
    expect(limits).to_contain_text("No quiet hours.")


def figure(page: Page, step: str, heading: str) -> Locator:
    """A figure of a campaign's page: of the step whose name holds `step`, in the column `heading`."""
    expect(page.locator(".step-table")).to_be_visible()
    headings = page.locator(".step-table thead th").all_inner_texts()
    place = [text.strip().lower() for text in headings].index(heading.lower())
    return page.locator(".step-table tbody tr").filter(has_text=step).locator("th, td").nth(place)


def take_away(page: Page, report: str, folder: Path) -> Path:
    """Export what the menu calls `report`; gives the file, under the name that the browser was told."""
    choice = page.get_by_role("link", name=report)
    if not choice.is_visible():
        page.get_by_text("Export", exact=True).click()
    with page.expect_download() as started:
        choice.click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path
