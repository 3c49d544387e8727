"""The forms of the Channels pages as a browser sends them, and what the pages answer."""

from django.http import HttpResponse

from channels.crypto import seal
from channels.models import Account
from tests.factories import (
    make_account,
)

PASSWORD = "swordfish swordfish"


def answers(**told: object) -> dict[str, object]:
    """A filled form: what is not ours is the vendor's."""
    ours = {"name", "is_active", "channel", "identity", "rate_per_second"}
    return {name if name in ours else f"setting_{name}": value for name, value in told.items()}


def mail_server(**changed: object) -> dict[str, object]:
    told = {"host": "mail.example.com", "port": "587", "security": "starttls", "user": "shop", "password": PASSWORD}
    return answers(**{"name": "Our mail", "is_active": "on", "connections": "4", **told, **changed})


def gateway(**changed: object) -> dict[str, object]:
    body = '{"to": "{{ to }}", "text": "{{ text }}"}'
    told = {"url": "https://sms.example.com/send", "method": "POST", "body": body}
    return answers(**{"name": "SMS gateway", "is_active": "on", **told, **changed})


def make_mail_account(**changed: str) -> Account:
    settings = {"host": "mail.example.com", "port": "587", "security": "starttls", "user": "shop"} | changed
    return make_account(provider="smtp", settings=settings, credentials=seal({"password": PASSWORD}))


def error_at(response: HttpResponse, field: str) -> str:
    """What the page says is wrong at `field`."""
    page = response.content.decode()
    assert response.status_code == 422
    _before, found, after = page.partition(f'id="id_{field}_error"')
    assert found, f"nothing is said at {field}"
    return after.partition("</div>")[0]
