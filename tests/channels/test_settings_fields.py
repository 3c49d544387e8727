"""Settings that cannot work are said at their field."""

import pytest

from channels.json_path import at, text_at
from channels.registry import PROVIDERS, provider_choices, provider_class
from channels.settings_fields import FieldKind, SettingsField, check_fields, is_web_address

FIELDS = (
    SettingsField(name="url", label="Address", kind=FieldKind.URL),
    SettingsField(name="port", label="Port", kind=FieldKind.NUMBER, is_required=False),
    SettingsField(
        name="mode", label="Mode", kind=FieldKind.CHOICE, choices=(("a", "A"), ("b", "B")), is_required=False
    ),
)
GOOD = {"url": "https://gateway.example:8443/x", "port": "25", "mode": "a"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({}, None),
        ({"url": ""}, "url"),
        ({"url": None}, "url"),
        ({"url": "gateway.example"}, "url"),
        ({"port": ""}, None),
        ({"port": "-1"}, "port"),
        ({"port": "ten"}, "port"),
        ({"port": 25}, None),
        ({"mode": "c"}, "mode"),
        ({"mode": ""}, None),
    ],
)
def test_each_kind_of_field_is_checked(change: dict[str, object], field: str | None) -> None:
    assert set(check_fields(FIELDS, GOOD | change)) == ({field} if field else set())


@pytest.mark.parametrize("url", ["https://a.example", "http://127.0.0.1:80/x?y", "https://[2001:db8::1]/"])
def test_web_addresses(url: str) -> None:
    assert is_web_address(url)


@pytest.mark.parametrize("url", ["", "a.example", "ftp://a.example", "https://", "https://a:port/", "https://[::1"])
def test_what_is_no_web_address(url: str) -> None:
    assert not is_web_address(url)


def test_every_provider_can_be_asked_about() -> None:
    assert [key for key, _label in provider_choices()] == list(PROVIDERS)
    for key in PROVIDERS:
        found = provider_class(key)
        assert found.key == key
        fields = [*found.settings_fields, *found.sender_fields]
        assert len({field.name for field in fields}) == len(fields)
        assert all(str(field.label) for field in fields)
        assert found.channels


def test_paths_lead_into_json() -> None:
    told = {"messages": [{"id": 17, "ok": True, "tags": ["a"]}], "": "empty"}
    assert text_at(told, "messages.0.id") == "17"
    assert text_at(told, "messages.0.ok") == "true"
    assert at(told, "messages.0.tags") == ["a"]
    assert text_at(told, "messages.0.tags") == ""
    for nowhere in ("messages.1.id", "messages.x", "id", "messages.0.id.more", "", ".."):
        assert text_at(told, nowhere) == ""
