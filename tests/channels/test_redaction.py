"""Secrets in what is stored, shown and logged."""

import base64

import pytest

from channels.redaction import MAX_DETAIL, detail, redact

SECRET = "p@ss/w+rd"


@pytest.mark.parametrize(
    "text",
    [
        f"wrong key {SECRET}",
        "GET /send?key=p%40ss%2Fw%2Brd",
        f"Authorization: {base64.b64encode(SECRET.encode()).decode()}",
        f"twice {SECRET} and {SECRET}",
    ],
)
def test_a_secret_is_hidden_however_it_is_written(text: str) -> None:
    hidden = redact(text, [SECRET])
    assert "•••" in hidden
    for written in (SECRET, "p%40ss%2Fw%2Brd", base64.b64encode(SECRET.encode()).decode()):
        assert written not in hidden


def test_passwords_in_addresses_and_headers_are_hidden_even_if_nobody_knows_them() -> None:
    assert redact("cannot reach https://user:pass@gateway.example/x") == "cannot reach https://•••@gateway.example/x"
    assert redact("sent Authorization: Bearer abcdefgh12345678") == "sent Authorization: Bearer •••"


def test_short_words_that_happen_to_be_secrets_do_not_spoil_the_text() -> None:
    assert redact("a test of a cat", ["a", "cat"]) == "a test of a cat"


def test_a_longer_secret_is_hidden_before_a_shorter_one_inside_it() -> None:
    assert redact("key secret-long", ["secret", "secret-long"]) == "key •••"


def test_the_vendors_words_are_kept_on_one_short_line() -> None:
    kept = detail("Error:\n  too\tmany " + "x" * 1000)
    assert kept.startswith("Error: too many x")
    assert len(kept) == MAX_DETAIL
