"""The tour leads through every page, and has a picture of each."""

from tests.pages.book import PAGES
from tests.tour.chapters import CHAPTERS

TOLD = [name for pages in CHAPTERS.values() for name in pages]


def test_the_tour_leads_through_every_page_once() -> None:
    assert sorted(TOLD) == sorted({page.name for page in PAGES})
