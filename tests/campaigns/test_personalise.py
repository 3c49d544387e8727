"""Filling a text for one contact."""

import html
import json
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campaigns import personalise
from campaigns.escaping import Escape, clean
from campaigns.personalise import contact_values, fill, parse

HOSTILE = st.text(
    st.one_of(
        st.characters(codec=None),
        st.sampled_from("{}|<>\"'&\\\r\n\t\0\x1b\x85\xa0\u2028\u202e\u200b\ufeff;:%/?=="),
    ),
    max_size=60,
)


@dataclass
class Someone:
    """A contact, as far as personalising reads one."""

    first_name: str = ""
    last_name: str = ""
    birth_date: date | None = None
    language: str = ""
    country: str = ""
    external_id: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)


def filled(text: str, escape: Escape = Escape.PLAIN, **values: str) -> str:
    return fill(parse(text), values, escape=escape)


def test_a_name_stands_where_its_variable_was() -> None:
    assert filled("Hello {{ first_name }}!", first_name="Anna") == "Hello Anna!"


@pytest.mark.parametrize("value", ["", "   ", "\n", "\x00"])
def test_the_fallback_stands_for_an_empty_value(value: str) -> None:
    assert filled("Hello {{ first_name | dear friend }}!", first_name=value) == "Hello dear friend!"


def test_an_unknown_variable_is_empty() -> None:
    assert filled("Hello {{ nobody }}!") == "Hello !"


@pytest.mark.parametrize(
    "spelling",
    [
        "{{first_name}}",
        "{{ First Name }}",
        "{{\u00a0first-name }}",
        "{{ FIRST_NAME|x }}",
    ],
)
def test_a_name_may_be_spelled_as_people_spell_it(spelling: str) -> None:
    assert filled(spelling, first_name="Anna") == "Anna"


def test_a_variable_may_be_named_in_any_alphabet() -> None:
    assert filled("{{ Любимый цвет }}", любимый_цвет="синий") == "синий"


def test_a_fallback_keeps_its_own_bars() -> None:
    assert filled("{{ a | b | c }}") == "b | c"


def test_a_value_is_never_read_as_a_template() -> None:
    assert filled("{{ a }}{{ b }}", a="{", b="{ b }}") == "{ b }}"


def test_line_breaks_of_a_form_are_one_character() -> None:
    assert filled("one\r\ntwo") == "one\ntwo"


def test_variables_are_told_once_in_order_of_use() -> None:
    assert personalise.variables("{{ b }} {{ a | x }} {{ b }} {{ }}") == ("b", "a")


@pytest.mark.parametrize(
    ("text", "position", "words"),
    [
        # The author forgot to close it.
        ("Hi {{ first_name", 3, "never closed"),
        # One brace is missing at the end, so the braces do not close.
        ("{{ first_name }", 0, "never closed"),
        # One brace is missing at the beginning.
        ("{ first_name }}", 13, "no “{{” before"),
        # Nothing inside, with and without a fallback.
        ("Hi {{ }}", 3, "no name"),
        ("Hi {{ | friend }}", 3, "no name"),
        # Habits from template engines that run code.
        ("{{ user.name }}", 0, "“user.name” is not a name"),
        ("{{ 'a' }}", 0, "is not a name"),
        ("{{ name() }}", 0, "is not a name"),
        ("{{ --- }}", 0, "is not a name"),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, position: int, words: str) -> None:
    (problem,) = personalise.syntax_problems(text)
    assert problem.position == position
    assert words in problem.sentence


def test_a_sound_text_has_no_problems() -> None:
    assert personalise.syntax_problems('{{ a }} {"json": {"b": "{{ b | c }}"} }') == ()


def test_an_unknown_variable_is_told_with_the_nearest_known_one() -> None:
    known = ["first_name", "last_name", "link"]
    problems = personalise.unknown_variables("{{ link }} {{ frist_name }} {{ xyz }}", known)
    assert [problem.position for problem in problems] == [11, 28]
    assert problems[0].sentence == "Nothing is called “frist_name”. Did you mean “first_name”?"
    assert problems[1].sentence == "Nothing is called “xyz”."


@pytest.mark.parametrize(
    ("escape", "value", "expected"),
    [
        # A person's name is text, not mark-up; a line break of theirs is one in the mail.
        (
            Escape.HTML,
            '<b>"O\'N" & co</b>\n',
            "&lt;b&gt;&quot;O&#x27;N&quot; &amp; co&lt;/b&gt;<br>\n",
        ),
        (Escape.JSON, 'a"b\\c\n\u2028д', 'a\\"b\\\\c\\n\\nд'),
        # A value cannot add a parameter, leave its path segment or begin a fragment.
        (Escape.URL, "a/b?c=d&e#f g%é", "a%2Fb%3Fc%3Dd%26e%23f%20g%25%C3%A9"),
        # A value cannot add a header.
        (Escape.HEADER, "Anna\r\nBcc: all@example.com", "Anna Bcc: all@example.com"),
        # A value cannot add lines to an SMS, nor invisible characters that double its price.
        (Escape.SMS, "Anna\n\nCall\u200b +1\u00a0900", "Anna Call +1 900"),
        (Escape.PLAIN, "Anna\x1b[31m\u202egnp.exe\ud800\n", "Anna[31mgnp.exe\n"),
    ],
)
def test_a_value_is_escaped_for_where_it_goes(escape: Escape, value: str, expected: str) -> None:
    assert filled("{{ v }}", escape, v=value) == expected


def test_a_fallback_is_escaped_like_a_value() -> None:
    assert filled("{{ v | <b> }}", Escape.HTML) == "&lt;b&gt;"


def test_a_header_is_one_line_even_where_the_author_wrote_two() -> None:
    assert filled("Sale\n for {{ v }}", Escape.HEADER, v="you") == "Sale for you"


@given(text=HOSTILE, value=HOSTILE, escape=st.sampled_from(Escape))
def test_filling_never_raises_and_leaves_no_opening_braces(text: str, value: str, escape: Escape) -> None:
    result = fill(parse(text + "{{ v }}" + text), {"v": value}, escape=escape)
    assert "{{" not in result
    result.encode()


@given(value=HOSTILE)
def test_html_values_come_back_as_text(value: str) -> None:
    result = filled("{{ v }}", Escape.HTML, v=value)
    assert not set("<>\"'") & set(result.replace("<br>", ""))
    assert html.unescape(result.replace("<br>", "")).replace("{", "") == shown(value).replace("{", "")


@given(value=HOSTILE)
def test_json_values_come_back_as_the_same_string(value: str) -> None:
    result = json.loads('{"text": "' + filled("{{ v }}", Escape.JSON, v=value) + '"}')
    assert result["text"].replace("{", "") == shown(value).replace("{", "")


@given(value=HOSTILE)
@example(value=".\x08")
def test_url_values_stay_inside_their_place(value: str) -> None:
    result = filled("{{ v }}", Escape.URL, v=value)
    assert not set("/?#&=;: \n<>\"'\\{}") & set(result)
    # A dot that is left when what nobody sees is gone would lead out of its place, too.
    assert unquote(result) == (shown(value) if shown(value) not in {".", ".."} else "")


@given(text=HOSTILE, value=HOSTILE)
def test_headers_never_break_their_line(text: str, value: str) -> None:
    assert len(filled(text + "{{ v }}", Escape.HEADER, v=value).splitlines()) <= 1


@given(value=HOSTILE)
def test_sms_values_are_one_line_without_control_characters(value: str) -> None:
    result = filled("{{ v }}", Escape.SMS, v=value)
    assert len(result.splitlines()) <= 1
    assert not any(ord(character) < 32 for character in result)


def shown(value: str) -> str:
    """What is left of a value that anybody may see: nothing, where it is blank."""
    cleaned = clean(value)
    return "" if cleaned.isspace() else cleaned


def test_a_contact_offers_its_values_by_name() -> None:
    person = Someone(
        first_name="Anna",
        last_name="Kern",
        birth_date=date(1990, 3, 14),
        language="en",
        country="DE",
        external_id="c-7",
        attributes={
            "Favourite colour": "blue",
            "points": 12,
            "vip": True,
            "sizes": ["S", 38],
            "nested": {"a": 1},
        },
    )
    assert contact_values(person) == {
        "first_name": "Anna",
        "last_name": "Kern",
        "full_name": "Anna Kern",
        "birth_date": "March 14, 1990",
        "language": "en",
        "country": "DE",
        "external_id": "c-7",
        "favourite_colour": "blue",
        "points": "12",
        "vip": "yes",
        "sizes": "S, 38",
        "nested": "",
    }


@pytest.mark.parametrize(
    ("language", "written"),
    [
        ("ru", "14 марта 1990 г."),
        ("uk", "14 березня 1990 р."),
        ("es", "14 de marzo de 1990"),
        ("pt-br", "14 de Março de 1990"),
        # A region Django does not know is written as its language.
        ("es-zz", "14 de marzo de 1990"),
        # What is no language at all is written as the installation's own.
        ("??", "March 14, 1990"),
        ("", "March 14, 1990"),
    ],
)
def test_a_birth_date_is_written_in_the_contacts_language(language: str, written: str) -> None:
    assert contact_values(Someone(birth_date=date(1990, 3, 14), language=language))["birth_date"] == written


def test_an_attribute_does_not_hide_what_the_contact_has() -> None:
    person = Someone(
        first_name="Anna",
        attributes={"First name": "A.", "Last name": "from attribute"},
    )
    values = contact_values(person)
    assert (values["first_name"], values["last_name"]) == ("Anna", "from attribute")


def test_what_the_trigger_tells_goes_before_the_contact() -> None:
    values = contact_values(Someone(first_name="Anna"), data={"First-Name": "Annie", "order": 5.5})
    assert (values["first_name"], values["order"]) == ("Annie", "5.5")
