"""Pages of long lists, by the key of the last row."""

import base64
import json
from math import inf

import pytest

from campaigns.models import Contact
from campaigns.pagination import Page, page_of
from tests.campaigns.turning import turned
from tests.factories import make_contact

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("order_by", [("-id",), ("last_name", "id"), ("-last_name", "-id")])
def test_paging_there_and_back_shows_every_row_once(order_by: tuple[str, ...]) -> None:
    """A page of contacts took a minute at 10 million: mautic#14369. By key, each page is one short index scan."""
    for number in range(7):
        make_contact(last_name=f"N{number // 3}")
    whole = list(Contact.objects.order_by(*order_by))

    def page_at(cursor: str) -> Page[Contact]:
        return page_of(Contact.objects.all(), order_by=order_by, cursor=cursor, size=3)

    *pages, page = turned(page_at)
    assert [contact for each in (*pages, page) for contact in each.rows] == whole

    for earlier in reversed(pages):
        page = page_at(page.previous_cursor)
        assert list(page.rows) == list(earlier.rows)
    assert page.previous_cursor == ""
    assert page.next_cursor


def cursor_of(*values: object) -> str:
    """A cursor as somebody might make it up."""
    return base64.urlsafe_b64encode(json.dumps([False, *values]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "W10",
        "%%%",
        "WzEsMl0x",
        "IiI",
        cursor_of(None),
        cursor_of(10**30),
        cursor_of(-(10**30)),
        cursor_of(inf),
    ],
)
def test_a_broken_cursor_gives_the_first_page(cursor: str) -> None:
    contact = make_contact()
    page = page_of(Contact.objects.all(), cursor=cursor)
    assert list(page.rows) == [contact]
    assert page.previous_cursor == ""


@pytest.mark.parametrize("name", [None, "No\0name", "Half\ud800"])
def test_a_cursor_with_what_no_column_holds_gives_the_first_page(name: str | None) -> None:
    contact = make_contact()
    page = page_of(Contact.objects.all(), order_by=("last_name", "id"), cursor=cursor_of(name, 1))
    assert list(page.rows) == [contact]
