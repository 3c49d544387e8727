"""A hand that counts what it does: each click and key, but for text typed into a field and the choice of a file."""

from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page


@dataclass(kw_only=True)
class CountingHand:
    """Works at `page`; `deeds` says what was done so far, a line for each click or key."""

    page: Page
    deeds: list[str]

    def click(self, target: Locator) -> None:
        """Click once."""
        self.deeds.append(f"click {target}")
        target.click()

    def type(self, field: Locator, text: str) -> None:
        """Click into a field, and type: the click counts."""
        self.click(field)
        field.press_sequentially(text)

    def choose_file(self, field: Locator, file: Path) -> None:
        """Choose a file as the system's own window does."""
        field.set_input_files(file)
