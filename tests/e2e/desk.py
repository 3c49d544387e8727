"""Somebody's desk in a story: browsers in which people of each role sign in as they would at home."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.e2e.browser import be_as_patient_as_usual, listen
from tests.e2e.running_product import PASSWORD, RunningProduct

# Eight processes share two cores, and whoever else is at work there.
PATIENCE_MS = 60_000
# By its own name a headless browser is a machine, whose clicks stop nobody's chain.
PERSON = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"


@dataclass(kw_only=True)
class Desk:
    """Browsers at a running product; `complaints` is what their consoles showed as errors."""

    browser: Browser
    product: RunningProduct
    contexts: list[BrowserContext] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, role: str) -> Page:
        """A browser of its own for the demo's account of `role`, signed in by the form."""
        context = self.browser.new_context(
            base_url=self.product.url, user_agent=PERSON, viewport={"width": 1440, "height": 900}
        )
        context.set_default_timeout(PATIENCE_MS)
        self.contexts.append(context)
        context.on("page", lambda page: listen(page, self.complaints))
        page = context.new_page()
        page.goto("/")
        page.get_by_label("Email").fill(f"{role}@demo.cascade")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Overview").wait_for()
        return page

    def picture_everything(self, folder: Path) -> None:
        """A picture of every open page, with its address, for whoever has to find out what went wrong."""
        pages = [page for context in self.contexts for page in context.pages]
        for number, page in enumerate(pages):
            page.screenshot(path=folder / f"failed-{number}.png", full_page=True)
            (folder / f"failed-{number}.txt").write_text(page.url)


@contextmanager
def desk_at(product: RunningProduct, browser: Browser, *, pictures: Path) -> Iterator[Desk]:
    """A desk for the length of a block; where the block fails, its pages are pictured in the folder `pictures`."""
    desk = Desk(browser=browser, product=product)
    expect.set_options(timeout=PATIENCE_MS)
    try:
        yield desk
    except BaseException:
        desk.picture_everything(pictures)
        raise
    finally:
        be_as_patient_as_usual()
        for context in desk.contexts:
            context.close()
    assert not desk.complaints, desk.complaints
