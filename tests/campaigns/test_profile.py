"""What users set for themselves, and what holds for the whole installation."""

import pytest
from django.test import Client

from campaigns.engine.counters import Counter
from campaigns.models import AuditEntry, Installation, StepTotal, User
from campaigns.permissions import Role
from tests.factories import make_user

pytestmark = pytest.mark.django_db

PROFILE = {"first_name": "Olena", "last_name": "", "language": "", "time_zone": "", "theme": "auto"}
SETTINGS = {
    "name": "Shop",
    "default_country": "ua",
    "reporting_currency": "eur",
    "time_zone": "Europe/Kyiv",
    "quiet_from": "21:00",
    "quiet_until": "09:00",
    "cap_campaigns": "",
    "cap_days": "7",
}


@pytest.fixture
def user(client: Client) -> User:
    user = make_user(roles=[Role.MARKETER])
    client.force_login(user)
    return user


@pytest.fixture
def as_admin(client: Client) -> Client:
    client.force_login(make_user(roles=[Role.ADMIN]))
    return client


def test_the_pages_speak_the_language_of_the_profile_whatever_the_browser_asks_for(client: Client, user: User) -> None:
    client.post("/profile/", PROFILE | {"language": "uk"})
    response = client.get("/profile/", headers={"Accept-Language": "es"})
    assert '<html lang="uk"' in response.text
    assert response["Content-Language"] == "uk"


def test_without_a_language_in_the_profile_the_browser_decides(client: Client, user: User) -> None:
    assert '<html lang="es"' in client.get("/profile/", headers={"Accept-Language": "es"}).text


def test_the_switch_of_the_menu_changes_the_profile_of_a_signed_in_user(client: Client, user: User) -> None:
    response = client.post("/profile/language/", {"language": "ru", "next": "/team/"})
    assert response["Location"] == "/team/"
    user.refresh_from_db()
    assert user.language == "ru"


def test_the_switch_works_before_signing_in(client: Client) -> None:
    make_user()
    client.post("/profile/language/", {"language": "ru", "next": "/accounts/login/"})
    assert '<html lang="ru"' in client.get("/accounts/login/").text


def test_the_switch_leads_to_no_other_site(client: Client) -> None:
    for path in ("/profile/language/", "/profile/theme/"):
        response = client.post(path, {"language": "ru", "theme": "dark", "next": "https://evil.example/"})
        assert response["Location"] == "/"


def test_times_are_shown_in_the_zone_of_the_profile(client: Client, user: User) -> None:
    """Mautic showed UTC to everybody for years: mautic#17319."""
    admin = make_user(roles=[Role.ADMIN], time_zone="Pacific/Kiritimati")
    User.objects.filter(pk=user.pk).update(last_login="2026-02-11T12:00:00Z")
    client.force_login(admin)
    assert "Feb. 12, 2026" in client.get("/team/").text
    User.objects.filter(pk=admin.pk).update(time_zone="")
    assert "Feb. 11, 2026" in client.get("/team/").text


def test_no_page_walks_through_the_folder_of_time_zones_again(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    User.objects.filter(pk=user.pk).update(time_zone="Europe/Kyiv")
    client.get("/profile/")
    walks: list[object] = []
    monkeypatch.setattr("zoneinfo._tzpath.os.walk", walks.append)
    assert client.get("/profile/").status_code == 200
    assert walks == []


def test_the_theme_is_right_in_the_first_paint(client: Client, user: User) -> None:
    client.post("/profile/", PROFILE | {"theme": "dark"})
    assert 'data-theme="dark" data-bs-theme="dark"' in client.get("/").text
    client.post("/profile/theme/", {"theme": "light", "next": "/"})
    assert 'data-theme="light" data-bs-theme="light"' in client.get("/").text
    client.post("/profile/theme/", {"theme": "neon"})
    assert 'data-theme="light"' in client.get("/").text


def test_a_time_zone_that_does_not_exist_is_refused_at_the_field(client: Client, user: User) -> None:
    response = client.post("/profile/", PROFILE | {"first_name": "Changed", "time_zone": "Mars/Olympus"})
    assert response.status_code == 422
    assert 'id="id_time_zone_error"' in response.text
    assert 'value="Changed"' in response.text


def test_the_settings_of_the_installation_are_saved_and_noted(as_admin: Client) -> None:
    assert as_admin.post("/settings/", SETTINGS)["Location"] == "/settings/"
    saved = Installation.current()
    assert (saved.name, saved.default_country, saved.reporting_currency) == ("Shop", "UA", "EUR")
    assert AuditEntry.objects.get().subject_kind == "installation"
    assert Installation.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"default_country": "ZZ"}, "default_country", "No country has this code."),
        ({"reporting_currency": "E1R"}, "reporting_currency", "Write the three letters of a currency"),
        ({"quiet_until": ""}, "quiet_until", "Quiet hours need both a beginning and an end"),
        ({"quiet_from": ""}, "quiet_from", "Quiet hours need both a beginning and an end"),
        ({"quiet_until": "21:00"}, "quiet_until", "Quiet hours that end when they begin are none."),
        ({"cap_days": "0"}, "cap_days", "Count at least one day."),
    ],
)
def test_settings_that_cannot_work_are_refused_at_their_field(
    as_admin: Client, changed: dict[str, str], field: str, words: str
) -> None:
    response = as_admin.post("/settings/", SETTINGS | changed)
    assert response.status_code == 422
    error = response.text.split(f'id="id_{field}_error"')[1].split("</div>")[0]
    assert words in error


def test_the_currency_stays_once_something_has_cost(as_admin: Client) -> None:
    """Costs are counted in it: told in another one, what was spent before would be a different sum."""
    place = {"campaign_id": 1, "route_id": 1, "step_key": "sms", "counter": Counter.COST}
    StepTotal.objects.create(**place, value=0)
    as_admin.post("/settings/", SETTINGS)
    StepTotal.objects.update(value=2)
    response = as_admin.post("/settings/", SETTINGS | {"reporting_currency": "usd"})
    assert response.status_code == 422
    error = response.text.split('id="id_reporting_currency_error"')[1].split("</div>")[0]
    assert "What was sent so far is counted in EUR" in error
    assert Installation.current().reporting_currency == "EUR"
    assert as_admin.post("/settings/", SETTINGS | {"name": "Another shop"}).status_code == 302
    assert Installation.current().name == "Another shop"


def test_having_no_quiet_hours_is_a_choice(as_admin: Client) -> None:
    as_admin.post("/settings/", SETTINGS | {"quiet_from": "", "quiet_until": ""})
    assert Installation.current().quiet_from is None
