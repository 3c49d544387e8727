"""Nothing that a person writes leaves the place where a placeholder stood."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.placeholders import fill, in_header, in_json, in_url, names

ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(ANYTHING, ANYTHING)
def test_in_json_any_text_comes_back_as_it_was(text: str, sender: str) -> None:
    filled = fill('{"a": "{{ text }}", "b": ["{{sender}}"]}', {"text": text, "sender": sender}, in_json)
    assert json.loads(filled) == {"a": text, "b": [sender]}


@given(ANYTHING)
def test_in_a_url_any_text_stays_one_part(text: str) -> None:
    parts = urlsplit(fill("https://g.example/v1/{{ text }}/send?to={{ text }}&x=1", {"text": text}, in_url))
    assert (parts.netloc, parts.fragment) == ("g.example", "")
    assert parts.path.count("/") == 3
    assert parse_qs(parts.query, keep_blank_values=True) == {"to": [text], "x": ["1"]}


@given(ANYTHING)
def test_in_a_header_there_is_never_a_line_break(text: str) -> None:
    assert all(sign.isprintable() for sign in fill("{{ text }}", {"text": text}, in_header))


def test_a_value_is_never_filled_in_again() -> None:
    assert fill("{{ a }}", {"a": "{{ b }}", "b": "secret"}, str) == "{{ b }}"


def test_nothing_but_names_is_understood() -> None:
    template = "{{ a.__class__ }} {% if a %} {{ a|upper }} {a} {{ a }} {{b}}"
    assert names(template) == {"a", "b"}
    assert fill(template, {"a": "1", "b": "2"}, str) == "{{ a.__class__ }} {% if a %} {{ a|upper }} {a} 1 2"
    with pytest.raises(KeyError):
        fill("{{ c }}", {}, str)
