"""The first visit: one admin is made by the address in the terminal, and then the door is shut."""

import threading

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from campaigns.models import Installation, User
from campaigns.permissions import Permission, can
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

FIRST = {
    "organisation": "Shop",
    "first_name": "Anna",
    "last_name": "",
    "email": "Anna@Example.com",
    "password": PASSWORD,
}


@pytest.fixture(autouse=True)
def token(settings: Settings) -> str:
    settings.WELCOME_TOKEN = "as-printed"
    return "as-printed"


def test_a_visitor_to_an_empty_installation_is_told_where_the_first_address_is(client: Client) -> None:
    response = client.get("/", follow=True)
    assert response.redirect_chain == [("/accounts/login/?next=/", 302)]
    assert "Open the address printed in the terminal" in response.text


def test_the_first_admin_is_made_and_signed_in(client: Client) -> None:
    response = client.post("/welcome/as-printed/", FIRST)
    assert response["Location"] == "/"
    admin = User.objects.get(email="anna@example.com")
    assert client.get("/").wsgi_request.user == admin
    assert can(admin, Permission.MANAGE_USERS)
    assert Installation.current().name == "Shop"


def test_the_door_is_shut_behind_the_first_admin(client: Client) -> None:
    make_user()
    assert client.get("/welcome/as-printed/").status_code == 404
    assert client.post("/welcome/as-printed/", FIRST).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize("guess", ["as-printe", "other", "-"])
def test_another_token_finds_nothing(client: Client, guess: str) -> None:
    assert client.post(f"/welcome/{guess}/", FIRST).status_code == 404
    assert not User.objects.exists()


def test_without_a_token_in_the_environment_no_address_works(client: Client, settings: Settings) -> None:
    settings.WELCOME_TOKEN = ""
    assert client.get("/welcome/-/").status_code == 404


def test_a_weak_password_is_refused_at_its_field_and_the_rest_is_kept(client: Client) -> None:
    response = client.post("/welcome/as-printed/", FIRST | {"password": "12345"})
    assert response.status_code == 422
    assert "This password is too short" in response.text
    assert 'value="Shop"' in response.text
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_first_visitors_at_once_make_one_admin() -> None:
    start, statuses = threading.Barrier(2), []

    def visit(email: str) -> None:
        visitor = Client(raise_request_exception=False)
        start.wait()
        statuses.append(visitor.post("/welcome/as-printed/", FIRST | {"email": email}).status_code)
        connection.close()

    threads = [threading.Thread(target=visit, args=[f"{name}@example.com"]) for name in ("anna", "boris")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert User.objects.count() == 1
    assert statuses.count(302) == 1


def test_nobody_signs_up(client: Client) -> None:
    make_user()
    response = client.post("/accounts/signup/", {"email": "x@example.com", "password1": PASSWORD})
    assert "Accounts are made by admins" in response.text
    assert User.objects.count() == 1


def test_a_password_forgotten_by_a_stranger_sends_no_mail(client: Client, mailoutbox: list[object]) -> None:
    user = make_user()
    for address in ("stranger@example.com", user.email):
        assert client.post("/accounts/password/reset/", {"email": address}).status_code == 302
    assert len(mailoutbox) == 1


def test_guessing_passwords_is_slowed_down(client: Client) -> None:
    user = make_user()
    guess = {"login": user.email, "password": "wrong"}
    answers = [client.post("/accounts/login/", guess).text for _attempt in range(6)]
    assert "Too many failed login attempts" in answers[-1]
    right = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert right.status_code == 200
