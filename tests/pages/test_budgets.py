"""What pages may cost, by counting: queries, and bytes of HTML as they go over the line."""

import gzip
from collections import Counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, reverse

from tests.pages.book import OTHERS, PAGES, PARTS, POSTED, addresses
from tests.pages.inhabited import inhabit
from tests.pages.visiting import signed_in_just_now


def test_every_address_is_a_page_with_a_budget_or_says_what_else_it_is() -> None:
    known = Counter([*{page.name for page in PAGES}, *PARTS, *POSTED, *OTHERS])
    assert [name for name, times in known.items() if times > 1] == []
    assert set(known) == {pattern.name for pattern in addresses()}


@pytest.mark.django_db
def test_every_page_keeps_to_its_budget() -> None:
    seen = inhabit()
    visitor, stranger = signed_in_just_now(seen.user), Client()
    too_dear: list[str] = []
    for page in PAGES:
        client, path = stranger if page.is_public else visitor, page.path(seen)
        # What is asked once in a process is not counted.
        client.get(path)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
        kilobytes = len(gzip.compress(answer.content)) / 1000
        if answer.status_code != 200 or len(queries) > page.queries or kilobytes > page.kilobytes:
            too_dear.append(f"{page.title}: {answer.status_code}, {len(queries)} queries, {kilobytes:.1f} kB")
    assert too_dear == []


@pytest.mark.django_db
def test_what_only_takes_answers_shows_nothing() -> None:
    client = signed_in_just_now(inhabit().user)
    shown = {p.name for p in addresses() if p.name in POSTED and client.get(_any_path(p)).status_code != 405}
    assert shown == set()


def _any_path(pattern: URLPattern) -> str:
    """An address that `pattern` fits, of nothing in particular."""
    assert pattern.name
    return reverse(pattern.name, kwargs=dict.fromkeys(pattern.pattern.converters, 1))
