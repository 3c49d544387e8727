"""The back office: for superusers with a second factor, read-only where figures must add up."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib import admin
from django.db.models import Model
from django.test import Client

from campaigns.permissions import Role
from channels.models import Account
from tests.factories import make_campaign, make_enrolment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def as_superuser(client: Client) -> Client:
    superuser = make_user(is_superuser=True, email="root@example.com")
    TOTP.activate(superuser, generate_totp_secret())
    client.force_login(superuser)
    return client


def test_it_has_no_sign_in_of_its_own(client: Client) -> None:
    response = client.get("/back-office/campaigns/user/", follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=")


@pytest.mark.parametrize("role", Role)
def test_no_role_opens_it(client: Client, role: Role) -> None:
    client.force_login(make_user(roles=[role], is_staff=True))
    assert client.get("/back-office/", follow=True).status_code == 403


def test_a_superuser_without_a_second_factor_is_sent_to_set_one_up(client: Client) -> None:
    client.force_login(make_user(is_superuser=True))
    response = client.get("/back-office/", follow=True)
    assert ("/accounts/2fa/totp/activate/", 302) in response.redirect_chain
    assert "The back office needs a second factor." in response.text


def test_it_opens_with_a_second_factor_and_alone_has_the_laxer_policy(as_superuser: Client) -> None:
    response = as_superuser.get("/back-office/")
    assert response.status_code == 200
    assert "'unsafe-eval'" in response["Content-Security-Policy"]
    assert "unsafe" not in as_superuser.get("/")["Content-Security-Policy"]


def test_the_secret_of_an_authenticator_app_is_sealed_in_the_database(as_superuser: Client) -> None:
    """listmonk keeps API tokens and SMTP passwords in clear."""
    stored = Authenticator.objects.get(type=Authenticator.Type.TOTP)
    assert stored.data["secret"].startswith("gAAAA")


def test_what_holds_credentials_is_not_registered() -> None:
    assert not {Account, Authenticator} & set(admin.site._registry)


@pytest.mark.parametrize("model", sorted(admin.site._registry, key=str))
def test_each_list_opens(as_superuser: Client, model: type[Model]) -> None:
    make_enrolment(campaign=make_campaign())
    address = model._meta.label_lower.replace(".", "/")
    assert as_superuser.get(f"/back-office/{address}/").status_code == 200


def test_the_engine_is_looked_at_and_not_changed(as_superuser: Client) -> None:
    enrolment = make_enrolment(campaign=make_campaign())
    page = f"/back-office/campaigns/enrolment/{enrolment.pk}/change/"
    assert as_superuser.get(page).status_code == 200
    assert as_superuser.post(page, {"outcome": "engaged"}).status_code == 403
    assert as_superuser.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_an_address_changed_here_is_the_one_to_sign_in_with(as_superuser: Client) -> None:
    user = make_user(roles=[Role.MARKETER], email="old@example.com")
    form = {"email": "new@example.com", "first_name": "", "last_name": "", "is_active": "on", "groups": []}
    response = as_superuser.post(f"/back-office/campaigns/user/{user.pk}/change/", form)
    assert response.status_code == 302
    assert list(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == ["new@example.com"]
