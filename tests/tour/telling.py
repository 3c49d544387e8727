"""docs/tour.md: the chapters, and a picture for each page."""

from collections.abc import Iterator
from pathlib import Path

from tests.tour.chapters import CHAPTERS

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "tour"
PAGE = FOLDER.with_suffix(".md")
_HEAD = """# A tour

Every page of the product, as the demo shows it. `make tour` starts the demo, takes the pictures and writes this page.
"""


def tour() -> str:
    """The page as Markdown."""
    return _HEAD + "".join(_told())


def picture(name: str) -> Path:
    """Where the picture of the page called `name` is."""
    return FOLDER / f"{name}.webp"


def _told() -> Iterator[str]:
    for chapter, pages in CHAPTERS.items():
        yield f"\n## {chapter}\n"
        for name, text in pages.items():
            yield f"\n{text}\n\n![{text}]({FOLDER.name}/{picture(name).name})\n"
