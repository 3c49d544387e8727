"""What the sandbox and the product make of their shared secret."""

import stat
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from channels.sandbox.tokens import (
    ENTRANCE,
    SESSION,
    account_of,
    api_key,
    inbox_link,
    is_ticket,
    load_secret,
    ticket,
    webhook_secret,
)


def test_both_sides_read_the_same_secret_that_nobody_else_can(tmp_path: Path) -> None:
    first = load_secret(tmp_path / "sandbox")
    assert load_secret(tmp_path / "sandbox") == first
    assert len(first) >= 32
    assert stat.S_IMODE((tmp_path / "sandbox" / "secret").stat().st_mode) == 0o600


def test_an_api_key_tells_its_account_and_nobody_makes_one_up() -> None:
    key = api_key("secret", "shop")
    assert account_of("secret", key) == "shop"
    assert account_of("another", key) is None
    for made_up in ("", "shop", "shop.", "shop.0000", f"other.{key.split('.')[1]}", "."):
        assert account_of("secret", made_up) is None
    assert webhook_secret("secret", "shop") != webhook_secret("secret", "other")


def test_a_ticket_ends_and_is_good_for_one_purpose() -> None:
    made = ticket("secret", ENTRANCE, now=1000, seconds=60)
    assert is_ticket("secret", ENTRANCE, made, now=1060)
    assert not is_ticket("secret", ENTRANCE, made, now=1061)
    assert not is_ticket("secret", SESSION, made, now=1000)
    assert not is_ticket("another", ENTRANCE, made, now=1000)
    later = made.replace("1060.", "9999.")
    assert not is_ticket("secret", ENTRANCE, later, now=1000)
    for made_up in ("", ".", "1060", "x.y", "9" * 30 + ".x"):
        assert not is_ticket("secret", ENTRANCE, made_up, now=1000)


def test_the_link_leads_to_one_persons_phone() -> None:
    link = urlsplit(inbox_link("http://127.0.0.1:8025/", "secret", now=1000, addresses=["+380", "a@b.c"], name="Олена"))
    asked = parse_qs(link.query)
    assert (link.netloc, link.path) == ("127.0.0.1:8025", "/enter")
    assert is_ticket("secret", ENTRANCE, asked["ticket"][0], now=1000)
    inside = urlsplit(asked["next"][0])
    assert inside.path == "/inbox"
    assert parse_qs(inside.query) == {"address": ["+380", "a@b.c"], "name": ["Олена"]}
    assert "language" not in asked


def test_the_link_may_say_in_which_language_the_inbox_is_to_speak() -> None:
    link = inbox_link("http://127.0.0.1:8025/", "secret", now=1000, language="uk")
    assert parse_qs(urlsplit(link).query)["language"] == ["uk"]
