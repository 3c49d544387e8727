"""The main job as people do it, at the whole product as `make demo` starts it: from a contact file to a report.

A chain of an SMS and a Viber message stops for the person who followed the link in the sandbox's inbox,
and goes on for the one who did not.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser, FilePayload, Page, expect

from tests.e2e import figures, marketer, recipient
from tests.e2e.browser import settle
from tests.e2e.desk import Desk, desk_at
from tests.e2e.running_product import free_ports, let_time_pass, running

FILES = Path(__file__).parent / "files"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CAMPAIGN = "Two for one on board games"
SMS_WAIT = timedelta(minutes=10)
OLENA, BOHDAN, NADIIA, EMMA = "+380672550101", "+380672550102", "+380672550103", "+447400255101"


class Shop(BaseHTTPRequestHandler):
    """A page that the campaign's link leads to."""

    def do_GET(self) -> None:
        """Show the offer, whatever is asked for."""
        body = b"<!doctype html><html lang=en><title>Shop</title><h1>Two board games for the price of one</h1>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Nobody reads along."""


@pytest.fixture
def shop() -> Iterator[str]:
    """The address of a shop's website under way."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Shop) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A short folder: PostgreSQL's socket goes into it."""
    with TemporaryDirectory(prefix="cascade-demo-") as folder:
        yield Path(folder)


@pytest.mark.timeout(600)
def test_the_chain_stops_for_who_clicked_and_goes_on_for_who_did_not(  # noqa: PLR0917  fixtures
    browser: Browser, data_dir: Path, shop: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    port = free_ports()
    with running(data_dir, port=port) as product, desk_at(product, browser, pictures=tmp_path) as desk:
        record_property("first start, seconds", round(product.started_in_s, 1))
        connect_sender(desk.sign_in("admin"))
        page = desk.sign_in("marketer")
        upload_club(page)
        upload_club_abroad(page)
        marketer.make_segment(page, "Players", age=18, preferences=["настільні ігри", "board games"], people=6)
        phones = open_phones(page)
        recipient.leave_to_own_hand(phones, [OLENA, BOHDAN, NADIIA, EMMA])
        launch(page, shop=shop)
        olena_follows_the_link(page, phones)
        let_time_pass(product, SMS_WAIT)
        bohdan_gets_viber(page, phones)
        figures_are_the_same_everywhere(page, tmp_path)
        cancel(page)
        manager_reads(desk, tmp_path)

    with running(data_dir, port=port) as product, desk_at(product, browser, pictures=tmp_path) as desk:
        record_property("second start, seconds", round(product.started_in_s, 1))
        page = desk.sign_in("manager")
        page.get_by_role("link", name="Campaigns", exact=True).click()
        expect(page.get_by_role("row", name=CAMPAIGN)).to_contain_text("Cancelled")


def connect_sender(page: Page) -> None:
    """The admin tries the connection and adds a sender."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Channels").click()
    page.get_by_role("link", name="Sandbox", exact=True).click()
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("status").filter(has_text="It works")).to_contain_text("marigold")
    page.get_by_role("link", name="Add a sender").click()
    page.get_by_label("Channel").select_option(label="SMS")
    page.get_by_label("Name").fill("BOARDGAMES")
    page.get_by_label("Identity").fill("BOARDGAMES")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="BOARDGAMES")).to_be_visible()


def upload_club(page: Page) -> None:
    """A list from a Ukrainian office: one column is not recognised, and three rows have defects."""
    content = (FILES / "board-games-uk.csv").read_bytes()
    marketer.upload(page, FilePayload(name="клуб настільних ігор.csv", mimeType="text/csv", buffer=content))
    expect(marketer.meaning(page, "Телефон")).to_have_value("phone")
    expect(marketer.meaning(page, "Улюблена справа")).to_have_value("attribute")
    with page.expect_response("**/preview/"):
        marketer.meaning(page, "Улюблена справа").select_option(label="Preferences")
    expect(page.get_by_label("Country of phone numbers")).to_have_value("UA")
    expect(page.get_by_label("A column of the file says who agreed")).to_be_checked()
    for channel in ("SMS", "Viber"):
        page.get_by_label(channel, exact=True).check()
    marketer.import_rows(page, sum_of_rows="7 + 0 + 0 + 1 + 2 = 10")
    with page.expect_download() as started:
        page.get_by_role("link", name="Download as CSV").click()
    assert started.value.suggested_filename == "not taken from клуб настільних ігор.csv"
    not_taken = started.value.path().read_text(encoding="utf-8-sig")
    assert [name for name in ("Гнатюк", "Мельник", "Савчук", "Коваль") if name in not_taken] == [
        "Гнатюк",
        "Мельник",
        "Савчук",
    ]


def upload_club_abroad(page: Page) -> None:
    """A workbook as Excel writes it, with numbers for phones and days for birthdays, and nobody's consent in it."""
    workbook = Workbook()
    workbook.active.append(["Full name", "Mobile", "Birthday", "Hobbies"])
    workbook.active.append(["Emma Clarke", int(EMMA), date(1992, 6, 5), "board games, hiking"])
    workbook.active.append(["Noah Wood", 447400255102, date(2016, 2, 29), "board games"])
    buffer = BytesIO()
    workbook.save(buffer)
    marketer.upload(page, FilePayload(name="club in London.xlsx", mimeType=XLSX, buffer=buffer.getvalue()))
    page.get_by_label("Everybody in the file agreed").check()
    page.get_by_label("SMS", exact=True).check()
    page.get_by_label("How was their agreement obtained?").fill("They signed the list at the club's door.")
    page.get_by_label("Country of phone numbers").select_option(label="United Kingdom")
    marketer.import_rows(page, sum_of_rows="2 + 0 + 0 + 0 + 0 = 2")


def open_phones(page: Page) -> Page:
    """Everybody's phones, in a window of their own."""
    with page.expect_popup() as opened:
        page.get_by_role("link", name="People's phones").click()
    expect(opened.value.get_by_role("heading", name="Inbox")).to_be_attached()
    return opened.value


def launch(page: Page, *, shop: str) -> None:
    """The campaign is written, reviewed, and launched to six people, of whom four can be reached."""
    draft = marketer.Draft(
        name=CAMPAIGN,
        segment="Players",
        text="{{ first_name | friend }}, two games for the price of one: {{ link }}",
        link=f"{shop}/board-games",
        sms_sender="BOARDGAMES",
        sms_wait=(10, "minutes"),
        viber_success="they open it",
        viber_wait=(3, "hours"),
    )
    marketer.make_campaign(page, draft)
    expect(page.locator("main")).to_contain_text("SMS from BOARDGAMES. If the link is not followed within 10 minutes:")
    settle(page)
    page.get_by_role("button", name="Launch to 6 people").click()
    expect(page.get_by_text(f"“{CAMPAIGN}” is launched.")).to_be_visible()


def olena_follows_the_link(page: Page, phones: Page) -> None:
    """Olena reads the SMS and follows its link: her chain stops there, while Bohdan's goes on."""
    recipient.hold_phone(phones, OLENA)
    recipient.read(phones, "Messages", text="Олена, two games for the price of one: http")
    shop_page = recipient.follow_link(phones)
    expect(shop_page.get_by_role("heading", name="Two board games for the price of one")).to_be_visible()
    shop_page.close()
    page.bring_to_front()
    stopped = marketer.figure(page, "SMS", "Stopped here")
    expect(stopped).to_contain_text("1")
    stopped.get_by_role("link").click()
    page.get_by_role("link", name="Олена Коваль").click()
    expect(page.get_by_text("link was followed")).to_be_visible()
    page.get_by_role("link", name=CAMPAIGN).click()


def bohdan_gets_viber(page: Page, phones: Page) -> None:
    """Bohdan has let the time pass, gets a Viber message and looks at it: his chain stops there. Olena got none."""
    expect(marketer.figure(page, "SMS", "Went on")).to_contain_text("3", timeout=recipient.SOON_MS)
    expect(marketer.figure(page, "Viber", "Sent")).to_contain_text("2")
    recipient.hold_phone(phones, BOHDAN)
    expect(phones.locator("#notifications .notification")).to_have_count(2)
    recipient.read(phones, "Viber", text="Богдан, two games")
    recipient.hold_phone(phones, OLENA)
    expect(phones.locator("#notifications .notification")).to_have_count(1)
    page.bring_to_front()
    expect(marketer.figure(page, "Viber", "Stopped here")).to_contain_text("1")


def figures_are_the_same_everywhere(page: Page, folder: Path) -> None:
    """The page, its CSV and its workbook tell the same, and the sums of each step hold."""
    shown = figures.on_page(page)
    assert [row["Entered"] for row in shown] == ["4", "2"]
    as_csv = figures.in_csv(marketer.take_away(page, "Steps, as CSV", folder))
    as_xlsx = figures.in_xlsx(marketer.take_away(page, "Steps, as Excel", folder))
    figures.assert_same(shown, as_csv)
    figures.assert_same(shown, as_xlsx)
    figures.assert_sums_hold(as_csv)
    assert [row["Came"] for row in as_csv] == ["6", "5"]


def cancel(page: Page) -> None:
    """Nadiia alone is still inside, and the question says so."""
    page.get_by_role("link", name="Cancel").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("1 person")
    dialog.get_by_role("button", name=re.compile("^Cancel ")).click()
    expect(page.locator("#watch-badge")).to_have_text("Cancelled")


def manager_reads(desk: Desk, folder: Path) -> None:
    """The manager reads and takes away the figures, and gets to see neither people nor credentials."""
    page = desk.sign_in("manager")
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Reports").click()
    expect(page.get_by_role("row", name=CAMPAIGN)).to_contain_text("6")
    page.get_by_role("link", name=CAMPAIGN).click()
    expect(marketer.figure(page, "SMS", "Stopped here")).to_contain_text("1")
    expect(page.locator(".step-table a")).to_have_count(0)
    assert len(figures.in_csv(marketer.take_away(page, "Steps, as CSV", folder))) == 2
    campaign = page.url.rstrip("/")
    for closed in ("/contacts/", "/channels/", "/sandbox/", f"{campaign}/people/?figure=audience"):
        assert page.request.get(closed).status == 403, closed
