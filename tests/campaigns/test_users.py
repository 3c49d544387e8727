"""The team page: inviting, changing, letting go, and the link by which a password is set."""

import re
import threading

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from pytest_django import Settings

from campaigns import team
from campaigns.models import AuditEntry, User
from campaigns.permissions import Permission, Role, can, roles_of
from tests.factories import PASSWORD, make_user

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "correct horse battery"


@pytest.fixture
def admin() -> User:
    return make_user(roles=[Role.ADMIN], first_name="Anna", email="anna@example.com")


@pytest.fixture
def as_admin(client: Client, admin: User) -> Client:
    client.force_login(admin)
    return client


def invitation(**changed: object) -> dict[str, object]:
    return {"first_name": "Marc", "last_name": "Lee", "email": "Marc@Example.com", "roles": ["marketer"], **changed}


def shown_link(page: str) -> str:
    found = re.search(r'value="(http[^"]+)"', page)
    assert found, page
    return found[1]


def test_an_invited_colleague_sets_a_password_by_the_link_and_signs_in(as_admin: Client, settings: Settings) -> None:
    page = as_admin.post("/team/invite/", invitation(), follow=True).text
    link = shown_link(page).removeprefix(settings.PUBLIC_URL)

    colleague = Client()
    form_path = colleague.get(link)["Location"]
    chosen = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    assert colleague.post(form_path, chosen).status_code == 302
    response = colleague.post("/accounts/login/", {"login": "marc@example.com", "password": NEW_PASSWORD})

    assert response["Location"] == "/"
    user = User.objects.get(email="marc@example.com")
    assert roles_of(user) == [Role.MARKETER]
    assert colleague.get("/").wsgi_request.user == user
    assert AuditEntry.objects.filter(verb="invite", subject_id=user.pk).exists()


def test_the_link_works_once(as_admin: Client, settings: Settings) -> None:
    user = make_user(roles=[Role.MARKETER])
    page = as_admin.post(f"/team/{user.pk}/link/", follow=True).text
    link = shown_link(page).removeprefix(settings.PUBLIC_URL)
    form_path = Client().get(link)["Location"]
    first = Client()
    first.get(link)
    first.post(form_path, {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD})

    second = Client().get(link)

    assert second.status_code == 200
    assert 'name="password1"' not in second.text


def test_the_link_is_shown_once(as_admin: Client) -> None:
    user = make_user(roles=[Role.MARKETER])
    assert "password/reset/key" in as_admin.post(f"/team/{user.pk}/link/", follow=True).text
    assert as_admin.get(f"/team/{user.pk}/link/")["Location"] == f"/team/{user.pk}/"


def test_the_link_can_be_mailed(as_admin: Client) -> None:
    as_admin.post("/team/invite/", invitation(does_mail="on"))
    assert mail.outbox[0].to == ["marc@example.com"]
    assert "/accounts/password/reset/key/" in str(mail.outbox[0].body)


def test_a_mail_that_cannot_leave_is_said_and_the_link_is_shown_all_the_same(
    as_admin: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    page = as_admin.post("/team/invite/", invitation(does_mail="on"), follow=True).text
    assert "could not be sent" in page
    assert "password/reset/key" in page


def test_an_address_is_taken_once_however_it_is_written(as_admin: Client) -> None:
    make_user(email="marc@example.com")
    response = as_admin.post("/team/invite/", invitation(email="MARC@example.com"))
    assert response.status_code == 422
    assert "Somebody with this email address is in the team already." in response.text
    assert 'value="MARC@example.com"' in response.text


def test_somebody_without_a_role_is_refused_at_the_field(as_admin: Client) -> None:
    response = as_admin.post("/team/invite/", invitation(roles=[]))
    assert "Choose at least one role." in response.text
    assert not User.objects.filter(email="marc@example.com").exists()


def test_roles_and_the_grant_to_see_people_can_be_changed(as_admin: Client) -> None:
    user = make_user(roles=[Role.MARKETER])
    changed = invitation(email=user.email, roles=["manager"], may_view_people="on")
    as_admin.post(f"/team/{user.pk}/", changed)
    user = User.objects.get(pk=user.pk)
    assert roles_of(user) == [Role.MANAGER]
    assert can(user, Permission.VIEW_PEOPLE)
    entry = AuditEntry.objects.get(verb="change")
    assert entry.details == {"before": ["marketer"], "after": ["manager"], "may_view_people": True}


def test_a_changed_address_is_the_only_one_to_sign_in_with(as_admin: Client) -> None:
    user = make_user(roles=[Role.MARKETER], email="old@example.com")
    Client().post("/accounts/login/", {"login": "old@example.com", "password": PASSWORD})
    as_admin.post(f"/team/{user.pk}/", invitation(email="new@example.com"))
    for address, status in (("old@example.com", 200), ("new@example.com", 302)):
        response = Client().post("/accounts/login/", {"login": address, "password": PASSWORD})
        assert response.status_code == status, address


def test_the_last_admin_stays_one(as_admin: Client, admin: User) -> None:
    response = as_admin.post(f"/team/{admin.pk}/", invitation(email=admin.email, roles=["marketer"]))
    assert response.status_code == 422
    assert "This is the last admin." in response.text
    assert roles_of(User.objects.get(pk=admin.pk)) == [Role.ADMIN]


def test_somebody_deactivated_is_signed_out_at_once_and_can_come_back(as_admin: Client) -> None:
    user = make_user(roles=[Role.MARKETER])
    colleague = Client()
    colleague.force_login(user)

    assert "signed out everywhere" in as_admin.get(f"/team/{user.pk}/deactivate/").text
    assert colleague.get("/").status_code == 200
    as_admin.post(f"/team/{user.pk}/deactivate/")
    assert colleague.get("/").status_code == 302

    as_admin.post(f"/team/{user.pk}/reactivate/")
    response = colleague.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    assert response["Location"] == "/"


def test_nobody_deactivates_themselves(as_admin: Client, admin: User) -> None:
    make_user(roles=[Role.ADMIN])
    assert as_admin.post(f"/team/{admin.pk}/deactivate/").status_code == 403
    assert User.objects.get(pk=admin.pk).is_active


@pytest.mark.parametrize("path", ["", "link/", "deactivate/", "reactivate/"])
def test_an_admin_who_is_no_superuser_cannot_become_one_by_another_ones_password(as_admin: Client, path: str) -> None:
    superuser = make_user(is_superuser=True)
    assert as_admin.post(f"/team/{superuser.pk}/{path}", invitation()).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_let_each_other_go_at_once_leave_one() -> None:
    first, second = make_user(roles=[Role.ADMIN]), make_user(roles=[Role.ADMIN])
    start, refused = threading.Barrier(2), []

    def let_go(by: User, user: User) -> None:
        start.wait()
        try:
            team.deactivate(by=by, user=user)
        except team.LastAdmin:
            refused.append(user)
        finally:
            connection.close()

    threads = [threading.Thread(target=let_go, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(refused) == 1
    assert list(User.objects.filter(is_active=True)) == refused
