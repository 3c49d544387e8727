"""Who may do what, asked at the doors of real pages."""

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Group
from django.test import Client

from campaigns.models import User
from campaigns.permissions import ROLE_PERMISSIONS, Permission, Role, can, create_roles, roles_of, set_roles
from tests.factories import make_user

pytestmark = pytest.mark.django_db

ALL = set(Permission)


def held_by(user: User) -> set[Permission]:
    fresh = User.objects.get(pk=user.pk)  # Django remembers permissions on the object
    return {permission for permission in Permission if can(fresh, permission)}


def test_the_model_declares_the_permissions_that_the_views_ask_for() -> None:
    assert {name for name, _label in User._meta.permissions} == {permission.value for permission in Permission}


@pytest.mark.parametrize("role", Role)
def test_a_role_gives_its_permissions_and_no_others(role: Role) -> None:
    assert held_by(make_user(roles=[role])) == ROLE_PERMISSIONS[role]


def test_nobody_but_admins_may_touch_credentials_users_and_settings() -> None:
    of_admins = {Permission.MANAGE_ACCOUNTS, Permission.MANAGE_USERS, Permission.MANAGE_SETTINGS}
    assert not of_admins & held_by(make_user(roles=[Role.MARKETER, Role.MANAGER]))
    assert of_admins <= held_by(make_user(roles=[Role.ADMIN]))


def test_several_roles_add_up() -> None:
    user = make_user(roles=[Role.MANAGER, Role.ADMIN])
    assert held_by(user) == ROLE_PERMISSIONS[Role.ADMIN] | ROLE_PERMISSIONS[Role.MANAGER]
    assert roles_of(user) == [Role.ADMIN, Role.MANAGER]


def test_a_manager_sees_people_only_by_a_grant_that_can_be_taken_back() -> None:
    user = make_user(roles=[Role.MANAGER])
    set_roles(user=user, roles=[Role.MANAGER], may_view_people=True)
    assert Permission.VIEW_PEOPLE in held_by(user)
    set_roles(user=user, roles=[Role.MANAGER])
    assert Permission.VIEW_PEOPLE not in held_by(user)


def test_a_superuser_may_do_everything_and_a_deactivated_one_nothing() -> None:
    assert held_by(make_user(is_superuser=True)) == ALL
    assert held_by(make_user(is_superuser=True, is_active=False)) == set()
    assert not can(AnonymousUser(), Permission.VIEW_REPORTS)


def test_roles_made_twice_stay_as_the_code_has_them() -> None:
    group = Group.objects.get(name=Role.MANAGER.value)
    group.permissions.clear()
    for _again in range(2):
        create_roles(sender=apps.get_app_config("campaigns"))
    assert set(group.permissions.values_list("codename", flat=True)) == {
        "view_reports",
        "export_reports",
        "schedule_reports",
    }
    assert Group.objects.count() == len(Role)


def test_a_stranger_comes_to_the_sign_in_page_and_back_afterwards(client: Client) -> None:
    make_user()
    response = client.get("/team/?cursor=x")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/team/%3Fcursor%3Dx"


def test_htmx_takes_a_stranger_to_the_sign_in_page_and_back_to_the_page_they_see(client: Client) -> None:
    seen = "http://testserver/team/7/"
    response = client.get("/team/7/deactivate/", headers={"HX-Request": "true", "HX-Current-URL": seen})
    assert response["HX-Redirect"] == "/accounts/login/?next=%2Fteam%2F7%2F"


def test_a_page_not_open_to_the_user_says_what_is_missing_and_who_can_help(client: Client) -> None:
    make_user(roles=[Role.ADMIN], first_name="Anna", email="anna@example.com")
    client.force_login(make_user(roles=[Role.MARKETER]))
    response = client.get("/team/")
    assert response.status_code == 403
    assert "You may not manage the team." in response.text
    assert "anna@example.com" in response.text


def test_what_htmx_sends_for_a_stranger_is_refused_so_that_the_page_keeps_what_was_typed(client: Client) -> None:
    response = client.post("/team/7/deactivate/", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert "HX-Redirect" not in response.headers


def test_htmx_gets_one_sentence_when_something_is_not_open_to_the_user(client: Client) -> None:
    client.force_login(make_user(roles=[Role.MARKETER]))
    response = client.get("/settings/", headers={"HX-Request": "true"})
    assert response.status_code == 403
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text == "You may not change the settings. Ask an admin."


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", {Role.MARKETER, Role.ADMIN, Role.MANAGER}),
        ("/profile/", {Role.MARKETER, Role.ADMIN, Role.MANAGER}),
        ("/team/", {Role.ADMIN}),
        ("/team/invite/", {Role.ADMIN}),
        ("/settings/", {Role.ADMIN}),
    ],
)
def test_each_page_of_the_frame_opens_to_its_roles_alone(client: Client, path: str, allowed: set[Role]) -> None:
    for role in Role:
        client.force_login(make_user(roles=[role]))
        assert client.get(path).status_code == (200 if role in allowed else 403), role
