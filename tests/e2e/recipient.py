"""What a recipient does in a story: holds a phone in the sandbox's inbox, reads, follows a link."""

import re
from collections.abc import Sequence

from playwright.sync_api import Locator, Page, expect

# Who follows a link within two seconds of the message is taken for a machine (campaigns/signals_policy.py).
READING_MS = 2_500
# A message comes when its step is due, and the phone looks every two seconds.
SOON_MS = 60_000


def leave_to_own_hand(phones: Page, addresses: Sequence[str]) -> None:
    """Tell the sandbox that nobody plays the people with `addresses`."""
    phones.get_by_role("link", name="Audience and faults").click()
    phones.get_by_label("Left to your hand").fill("\n".join(addresses))
    phones.get_by_role("button", name="Save").click()
    expect(phones.get_by_role("alert")).to_have_text("Saved.")


def hold_phone(phones: Page, address: str) -> None:
    """Find an address in the inbox, once something has come to it, and hold its phone."""
    phones.bring_to_front()
    phones.get_by_role("link", name="Inbox").click()
    phones.get_by_label("Find an address").fill(address)
    phones.get_by_role("button", name="Find").click()
    phones.locator("#conversations").get_by_role("link").click(timeout=SOON_MS)


def notification(phone: Page, app: str) -> Locator:
    """The notification of an app ("Messages", "Viber") on the first screen of a phone."""
    return phone.locator("#notifications .notification").filter(has_text=app)


def read(phone: Page, app: str, *, text: str) -> None:
    """Open what came to an app, which says `text`, and read it as fast as people do."""
    expect(notification(phone, app)).to_be_visible(timeout=SOON_MS)
    notification(phone, app).click()
    expect(phone.locator(".bubble").first).to_contain_text(re.compile(text))
    phone.wait_for_timeout(READING_MS)


def follow_link(phone: Page) -> Page:
    """Follow the link of the message that is open; gives the window in which it opens."""
    with phone.expect_popup() as opened:
        phone.locator(".bubble a").click()
    opened.value.wait_for_load_state()
    return opened.value
