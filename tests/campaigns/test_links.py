"""The addresses that lead back to us, and where links may lead."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from campaigns import links
from campaigns.links import BASE62, LinkKind

IDS = st.integers(min_value=0, max_value=2**63 - 1)


def test_a_token_has_eleven_unguessable_characters() -> None:
    tokens = {links.new_token() for _ in range(2000)}
    assert len(tokens) == 2000
    assert all(len(token) == 11 and set(token) <= set(BASE62) for token in tokens)
    # Every place varies: none is a counter or a time.
    assert all(len({token[place] for token in tokens}) > 50 for place in range(11))


@given(position=st.integers(min_value=0, max_value=61))
def test_a_click_address_names_its_token_and_link(position: int) -> None:
    token = links.new_token()
    address = links.click_url(token, position)
    assert len(address) == links.tracked_length()
    assert links.parse_click(address.rpartition("/")[2]) == (token, position)


@pytest.mark.parametrize("behind", [".", "),", "!»", "…"])
def test_the_end_of_a_sentence_is_no_part_of_a_link(behind: str) -> None:
    assert links.parse_click("abcdefghijk1" + behind) == ("abcdefghijk", 1)


@pytest.mark.parametrize(
    "text", ["", "abc", "abcdefghijk", "abcdefghijk12", "abcdefghij-1", "абвгдежзийк1", "abcdefghijk\n1", "." * 12]
)
def test_what_can_be_no_tracked_link_is_refused(text: str) -> None:
    assert links.parse_click(text) is None


@given(attempt_id=IDS, kind=st.sampled_from(LinkKind))
def test_a_signature_gives_its_attempt_back(attempt_id: int, kind: LinkKind) -> None:
    assert links.parse_signed(kind, links.sign(kind, attempt_id)) == attempt_id


@given(attempt_id=IDS, kind=st.sampled_from(LinkKind), other=st.sampled_from(LinkKind))
def test_a_signature_holds_for_one_kind_only(attempt_id: int, kind: LinkKind, other: LinkKind) -> None:
    if kind is not other:
        assert links.parse_signed(other, links.sign(kind, attempt_id)) is None


@given(attempt_id=IDS, place=st.integers(min_value=0, max_value=40), character=st.sampled_from(BASE62 + ".-é \0"))
def test_a_changed_signature_is_refused(attempt_id: int, place: int, character: str) -> None:
    signed = links.sign(LinkKind.UNSUBSCRIBE, attempt_id)
    changed = signed[: place % len(signed)] + character + signed[place % len(signed) + 1 :]
    assert changed == signed or links.parse_signed(LinkKind.UNSUBSCRIBE, changed) is None


@given(text=st.text(max_size=40))
def test_any_text_is_refused_without_an_error(text: str) -> None:
    assert links.parse_signed(LinkKind.OPEN, text) is None


@pytest.mark.parametrize(
    "text",
    [
        # No id, no signature.
        ".", "1.", ".00000000000",
        # The same number in another spelling.
        "0" + links.sign(LinkKind.OPEN, 5),
        # Beyond the ids that a row can have.
        "zzzzzzzzzzz.00000000000",
    ],
)  # fmt: skip
def test_odd_spellings_are_refused(text: str) -> None:
    assert links.parse_signed(LinkKind.OPEN, text) is None


def test_an_older_key_still_verifies_but_no_longer_signs(settings: Settings) -> None:
    settings.TRACKING_KEYS = ["old"]
    by_old = links.sign(LinkKind.OPEN, 7)
    settings.TRACKING_KEYS = ["new", "old"]
    by_new = links.sign(LinkKind.OPEN, 7)
    assert by_new != by_old
    assert links.parse_signed(LinkKind.OPEN, by_old) == links.parse_signed(LinkKind.OPEN, by_new) == 7
    settings.TRACKING_KEYS = ["new"]
    assert links.parse_signed(LinkKind.OPEN, by_old) is None


def test_signed_addresses_lie_below_the_public_address(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://go.example"
    assert links.open_url(7).startswith("https://go.example/o/7.")
    assert links.open_url(7).endswith(".gif")
    assert links.unsubscribe_url(7).startswith("https://go.example/u/7.")
    assert links.trap_url(7).startswith("https://go.example/t/7.")
    assert links.tracked_length() == len("https://go.example/c/") + 12


def test_values_stand_in_path_and_query_of_a_target() -> None:
    target = links.target_url("https://shop.example/for/{{ id }}?code={{ code | none }}#top", {"id": "a/b&c=d #"})
    assert target == "https://shop.example/for/a%2Fb%26c%3Dd%20%23?code=none#top"


def test_a_target_in_any_alphabet_becomes_ascii() -> None:
    target = links.target_url("https://Магазин.рф:8443/путь/{{ a }}?q=ж", {"a": "é"})
    assert target == "https://xn--80aairftm.xn--p1ai:8443/%D0%BF%D1%83%D1%82%D1%8C/%C3%A9?q=%D0%B6"


@given(value=st.text(max_size=30))
def test_no_value_changes_the_site_or_the_shape_of_a_target(value: str) -> None:
    target = links.target_url("https://shop.example/a/{{ v }}/b?c={{ v }}&d=1#e", {"v": value})
    parts = urlsplit(target)
    assert (parts.scheme, parts.netloc, parts.fragment) == ("https", "shop.example", "e")
    assert parts.path.count("/") == 3
    assert "/../" not in parts.path
    assert parts.query.count("&") == 1


@pytest.mark.parametrize(
    "url",
    [
        "https://shop.example",
        "http://shop.example:8080/a?b=c#d",
        "https://shop.example/{{ first_name }}/x?{{ a }}={{ b | c d }}",
        "https://магазин.рф/скидка",
        "  https://shop.example/  ",
        "https://[2001:db8::1]/x",
    ],
)
def test_a_sound_link_has_no_objection(url: str) -> None:
    assert links.validate_link(url) == []
    assert links.target_url(url, {})


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "https://"),
        ("shop.example/a", "https://"),
        ("//shop.example/a", "https://"),
        ("ftp://shop.example", "https://"),
        ("javascript:alert(1)", "https://"),
        ("data:text/html,x", "https://"),
        ("https:///path", "https://"),
        # Whoever fills the variable would choose the site.
        ("https://{{ shop }}/", "site's name"),
        ("https://shop.example{{ a }}/", "site's name"),
        ("https://shop.example:{{ a }}/", "site's name"),
        ("{{ a }}://shop.example/", "https://"),
        ("{{ a }}", "https://"),
        # Looks like one site, leads to another.
        ("https://shop.example@evil.example/", "user name"),
        ("https://me:secret@shop.example/", "user name"),
        ("https://shop.example\\@evil.example/", "backslashes"),
        # Never sent to the server, and read by scripts there.
        ("https://shop.example/#{{ a }}", "“#”"),
        ("https://shop.example/a b", "spaces"),
        ("https://shop.example/\ue000{{ a }}", "spaces"),
        ("https://shop.example:99999/", "browser can open"),
        ("https://[::1/", "browser can open"),
        ("https://a..b/", "browser can open"),
        ("https://shop.example/{{ a", "never closed"),
    ],
)
def test_an_unsound_link_is_refused_in_a_sentence_and_leads_nowhere(url: str, words: str) -> None:
    assert any(words in sentence for sentence in links.validate_link(url))
    assert links.target_url(url, {"a": "x", "shop": "evil.example"}) == ""
