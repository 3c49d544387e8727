"""The page of an account's prices."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from campaigns.permissions import Role
from channels.kinds import Channel
from channels.models import Account, Price
from tests.campaigns.account_forms import error_at
from tests.factories import (
    make_account,
    make_price,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_admin(client: Client) -> Client:
    client.force_login(make_user(roles=[Role.ADMIN]))
    return client


def price_form(account: Account, *rows: dict[str, Any]) -> dict[str, Any]:
    """The prices page, sent with `rows`; those with an id are the ones that were shown."""
    shown = [row for row in rows if row.get("id")]
    told: dict[str, Any] = {"form-TOTAL_FORMS": len(rows), "form-INITIAL_FORMS": len(shown)}
    for place, row in enumerate(sorted(rows, key=lambda row: not row.get("id"))):
        filled = {"channel": "sms", "country": "", "amount": "0.05", "currency": "USD", "rate": "1"} | row
        told |= {f"form-{place}-{name}": value for name, value in filled.items()}
    return told


def test_prices_are_told_by_channel_and_country(as_admin: Client) -> None:
    account = make_account()
    rows = ({"country": "es", "amount": "0.055"}, {"channel": "viber", "currency": "eur", "rate": "1.08"})
    page = as_admin.post(f"/channels/{account.pk}/prices/", price_form(account, *rows), follow=True).text
    assert {(price.channel, price.country, price.currency, price.rate) for price in Price.objects.all()} == {
        ("sms", "ES", "USD", Decimal(1)),
        ("viber", "", "EUR", Decimal("1.08")),
    }
    assert "0.055 USD" in page
    assert "0.05 EUR" in page


def test_more_prices_ask_for_no_more(as_admin: Client, django_assert_max_num_queries: Any) -> None:
    account = make_account()
    for code in ("", "AT", "DE", "ES", "FR", "IT", "PL", "UA"):
        make_price(account=account, channel=Channel.SMS, amount="0.05", country=code)
    with django_assert_max_num_queries(8):
        as_admin.get(f"/channels/{account.pk}/prices/")


def test_a_price_is_changed_and_another_deleted(as_admin: Client) -> None:
    account = make_account()
    kept, gone = (make_price(account=account, channel=Channel.SMS, amount="0.05", country=code) for code in ("", "UA"))
    rows = ({"id": kept.pk, "amount": "0.06"}, {"id": gone.pk, "country": "UA", "DELETE": "on"})
    as_admin.post(f"/channels/{account.pk}/prices/", price_form(account, *rows))
    assert [(price.pk, price.amount) for price in Price.objects.all()] == [(kept.pk, Decimal("0.06"))]


def test_empty_rows_are_no_prices(as_admin: Client) -> None:
    account = make_account()
    empty = {"amount": "", "rate": "1"}
    assert as_admin.post(f"/channels/{account.pk}/prices/", price_form(account, empty, empty)).status_code == 302
    assert not Price.objects.exists()


@pytest.mark.parametrize(
    ("row", "field", "sentence"),
    [
        ({"amount": "-1"}, "amount", "A price cannot be negative."),
        ({"amount": "much"}, "amount", "Enter a number."),
        ({"country": "E1"}, "country", "A country has two letters"),
        ({"currency": "US$"}, "currency", "A currency has three letters"),
        ({"currency": "EUR", "rate": "0"}, "rate", "An exchange rate is more than 0."),
        ({"rate": "2"}, "rate", "Reports are in USD already"),
    ],
)
def test_a_price_that_makes_no_sense_is_refused_at_the_field(
    as_admin: Client, row: dict[str, str], field: str, sentence: str
) -> None:
    account = make_account()
    response = as_admin.post(f"/channels/{account.pk}/prices/", price_form(account, row))
    assert sentence in error_at(response, f"form-0-{field}")
    assert not Price.objects.exists()


def test_a_channel_and_country_have_one_price(as_admin: Client) -> None:
    account = make_account()
    rows = price_form(account, {"country": "ES"}, {"country": "es", "amount": "0.07"})
    response = as_admin.post(f"/channels/{account.pk}/prices/", rows)
    assert "There is a price for this channel and country already." in error_at(response, "form-1-channel")


def test_a_price_is_shown_to_its_last_digit_and_no_further(as_admin: Client) -> None:
    account = make_account()
    make_price(account=account, channel=Channel.SMS, amount="0.0079")
    make_price(account=account, channel=Channel.VOICE, amount="100")
    page = as_admin.get(f"/channels/{account.pk}/").text
    assert "0.0079 USD" in page
    assert "100 USD" in page
    assert 'value="0.0079"' in as_admin.get(f"/channels/{account.pk}/prices/").text


def test_prices_are_written_as_the_admins_language_writes_numbers(client: Client) -> None:
    client.force_login(make_user(roles=[Role.ADMIN], language="es"))
    account = make_account()
    path = f"/channels/{account.pk}/prices/"
    assert client.post(path, price_form(account, {"amount": "0,055"})).status_code == 302
    assert Price.objects.get().amount == Decimal("0.055")
    assert 'value="0,055"' in client.get(path).text
