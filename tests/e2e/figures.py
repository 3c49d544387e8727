"""The figures of a campaign as three places tell them: its page, a CSV, an XLSX."""

import csv
from collections.abc import Sequence
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import Page

Row = dict[str, str]
# For each step its headings and the first thing that stands in each cell: below the figures are notes.
READ_TABLE = """
table => {
  const headings = [...table.querySelectorAll("thead th")].map(cell => cell.textContent.trim());
  const first = cell => (cell.querySelector("a, .step-title") || cell).innerText.trim().split("\\n")[0];
  return [...table.querySelectorAll("tbody tr")].map(
    row => Object.fromEntries([...row.cells].map((cell, place) => [headings[place], first(cell)])));
}
"""
# What the page says where nobody tells of such a thing.
UNTOLD = "—"


def on_page(page: Page) -> list[Row]:
    """The steps of a campaign's page with their figures, by the column's heading."""
    rows: list[Row] = page.locator(".step-table").evaluate(READ_TABLE)
    return rows


def in_csv(path: Path) -> list[Row]:
    """The rows of a CSV that was exported."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def in_xlsx(path: Path) -> list[Row]:
    """The rows of a workbook that was exported, as a CSV would write them."""
    headings, *rows = load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
    return [{str(heading): _written(cell) for heading, cell in zip(headings, row, strict=True)} for row in rows]


def assert_same(page_rows: Sequence[Row], file_rows: Sequence[Row]) -> None:
    """Fail where a figure of the page is another in the file."""
    assert len(page_rows) == len(file_rows)
    for shown, written in zip(page_rows, file_rows, strict=True):
        for heading in shown.keys() & written.keys() - {"Step", "Cost"}:
            assert shown[heading].replace(UNTOLD, "") == written[heading], (heading, shown, written)


def assert_sums_hold(rows: Sequence[Row]) -> None:
    """Fail where a row of an exported file breaks DESIGN §3.10."""
    for row in rows:
        count = {heading: int(value) for heading, value in row.items() if value.isdecimal()}
        assert count["Came"] == count["Skipped"] + count["Entered"], row
        fates = ("Stopped here", "Went on", "Waiting", "Ended here")
        assert count["Entered"] == sum(count.get(fate, 0) for fate in fates), row


def _written(cell: object) -> str:
    return "" if cell is None else str(cell)
