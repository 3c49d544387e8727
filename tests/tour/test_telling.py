"""The tour leads through every page, and has a picture of each."""

from tests.pages.book import PAGES
from tests.tour.chapters import CHAPTERS
from tests.tour.telling import PAGE, picture, tour

TOLD = [name for pages in CHAPTERS.values() for name in pages]


def test_the_tour_leads_through_every_page_once() -> None:
    assert sorted(TOLD) == sorted({page.name for page in PAGES})


def test_every_page_has_its_picture() -> None:
    assert [name for name in TOLD if not picture(name).is_file()] == []


def test_the_written_tour_is_the_one_that_would_be_written_now() -> None:
    assert PAGE.read_text() == tour()
