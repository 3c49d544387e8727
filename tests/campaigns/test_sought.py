"""Pages of rows sought among many others: every one is found, and no page looks through more than its stretch."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest
from django.db.models import Q
from pytest_django import DjangoAssertNumQueries

import campaigns.sought
from campaigns.models import Contact
from campaigns.pagination import Page
from campaigns.sought import Sought, page_of_sought
from tests.campaigns.turning import turned
from tests.factories import make_contact

pytestmark = pytest.mark.django_db

ORDERS = [("id",), ("last_name", "id")]


def some(*, among: int, at: Sequence[int], order_by: Sequence[str] = ("id",), stretch: int = 5) -> Sought[Contact]:
    """Those who are trackable, at these places among others in either order."""
    for number in range(among):
        make_contact(last_name=f"N{number // 3:03}", is_trackable=number in at)
    return Sought(
        among=Contact.objects.all(),
        wanted=Q(is_trackable=True),
        number=len(at),
        order_by=order_by,
        stretch=stretch,
    )


def pages(sought: Sought[Contact], *, size: int) -> Iterator[Page[Contact]]:
    """All pages, from the first to the last."""
    return turned(lambda cursor: page_of_sought(sought, cursor=cursor, size=size))


def ids(rows: Sequence[Contact]) -> list[int]:
    return [contact.pk for contact in rows]


@pytest.mark.parametrize("order_by", ORDERS)
@pytest.mark.parametrize("at", [[0, 1, 2, 3, 17], [19], [0], range(20), [4, 5, 9, 10, 14], [6, 7, 8, 9, 10, 11]])
def test_every_one_is_found_there_and_back(order_by: tuple[str, ...], at: Sequence[int]) -> None:
    sought = some(among=20, at=at, order_by=order_by)
    whole = ids(Contact.objects.filter(is_trackable=True).order_by(*order_by))
    found = list(pages(sought, size=2))
    assert [pk for page in found for pk in ids(page.rows)] == whole

    back: list[int] = ids(found[-1].rows)
    cursor = found[-1].previous_cursor
    while cursor:
        page = page_of_sought(sought, cursor=cursor, size=2)
        back = ids(page.rows) + back
        cursor = page.previous_cursor
    assert back == whole


def test_from_a_page_before_one_comes_back_to_the_page_after() -> None:
    sought = some(among=30, at=[0, 29])
    *_, last = pages(sought, size=2)
    before = page_of_sought(sought, cursor=last.previous_cursor, size=2)
    assert ids(before.rows) == []
    assert before.is_backwards
    assert before.goes_on_at == before.previous_cursor != ""
    again = page_of_sought(sought, cursor=before.next_cursor, size=2)
    assert ids(again.rows) == ids(last.rows)


def test_the_search_ends_with_the_last_of_them() -> None:
    sought = some(among=30, at=[1, 3])
    assert len(list(pages(sought, size=2))) == 1


def test_the_search_ends_where_the_others_end_although_there_should_be_more() -> None:
    """Somebody may leave a list while it is read, so that its number is no longer right."""
    sought = some(among=12, at=[1])
    *_, last = pages(Sought(among=sought.among, wanted=sought.wanted, number=7, order_by=("id",), stretch=5), size=2)
    assert last.rows == []
    assert last.previous_cursor


def test_a_list_that_has_become_shorter_meanwhile_still_shows_everybody_further_on() -> None:
    sought = some(among=12, at=[0, 1, 2, 3, 9])
    first = page_of_sought(sought, size=2)
    Contact.objects.filter(pk__in=ids(first.rows)).update(is_trackable=False)
    fewer = Sought(among=sought.among, wanted=sought.wanted, number=3, order_by=("id",), stretch=5)
    rest = turned(lambda cursor: page_of_sought(fewer, cursor=cursor, size=2), first.next_cursor)
    assert [pk for page in rest for pk in ids(page.rows)] == ids(
        Contact.objects.filter(is_trackable=True).order_by("id")
    )


def test_nobody_is_not_looked_for(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    some(among=3, at=[])
    for number in (0, -1):
        sought = Sought(among=Contact.objects.all(), wanted=Q(), number=number, order_by=("id",), stretch=5)
        with django_assert_num_queries(0):
            page = page_of_sought(sought)
        assert (list(page.rows), page.next_cursor, page.previous_cursor) == ([], "", "")


def test_where_all_are_wanted_a_page_is_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    some(among=5, at=[])
    everybody = Sought(among=Contact.objects.all(), wanted=Q(), number=5, order_by=("id",), stretch=5)
    with django_assert_num_queries(2):
        page = page_of_sought(everybody, size=2)
    assert (len(page.rows), bool(page.next_cursor)) == (2, True)


@pytest.mark.parametrize(
    "cursor",
    ["nonsense", "W10", "3.", "x.W2ZhbHNlLCAiMSJd", ".W2ZhbHNlLCAiMSJd", "1.IiI", f"{'9' * 5000}.W2ZhbHNlLCAiMSJd"],
)
def test_a_broken_cursor_gives_the_first_page(cursor: str) -> None:
    sought = some(among=3, at=[1])
    page = page_of_sought(sought, cursor=cursor)
    assert ids(page.rows) == ids(Contact.objects.filter(is_trackable=True))
    assert page.previous_cursor == ""


def test_nobody_is_passed_over_because_another_left_the_list_while_it_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are found, and then read: in between the last of the page may have changed."""
    sought = some(among=20, at=range(20), stretch=20)
    first, second, third, *_rest = ids(Contact.objects.order_by("id"))
    sought = replace(sought, among=Contact.objects.filter(is_trackable=True))
    found_ids = campaigns.sought._ids

    def find_and_change(*args: Any, **kwargs: Any) -> tuple[list[int], int | None]:
        found = found_ids(*args, **kwargs)
        Contact.objects.filter(pk=second).update(is_trackable=False)
        return found

    monkeypatch.setattr("campaigns.sought._ids", find_and_change)
    page = page_of_sought(sought, size=2)
    assert ids(page.rows) == [first]
    assert ids(page_of_sought(sought, cursor=page.next_cursor, size=1).rows) == [third]
