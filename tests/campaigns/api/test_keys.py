"""Who may use the API: keys that are shown once, kept as hashes, limited and revoked."""

import json
import urllib.request
from datetime import timedelta
from random import Random

import pytest
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from campaigns.api.auth import PerKey, make_key, revoke_key
from campaigns.models import ApiKey, ApiRequest, AuditEntry
from campaigns.models.campaigns import CampaignKind, CampaignStatus
from campaigns.permissions import Role
from campaigns.reports import campaign_report
from tests.campaigns.api.calling import Caller, make_caller
from tests.campaigns.histories import make_history
from tests.campaigns.signing_in import signed_in
from tests.factories import make_campaign, make_user


@pytest.mark.django_db
@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic abc", "Bearer "])
def test_without_a_valid_key_nothing_opens(client: Client, header: str | None) -> None:
    headers = {"Authorization": header} if header else {}
    response = client.get("/api/enrolments/1", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "unauthorised")
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
def test_signing_in_to_the_pages_opens_no_api() -> None:
    assert signed_in(Role.ADMIN, Role.MARKETER).get("/api/enrolments/1").status_code == 401


def test_a_revoked_key_opens_nothing(caller: Caller) -> None:
    assert caller.get("enrolments/1").status_code == 404
    revoke_key(key=caller.key, by=make_user())
    assert caller.get("enrolments/1").status_code == 401
    assert AuditEntry.objects.filter(subject_kind="api_key", verb="revoked").count() == 1


def test_only_a_hash_of_the_key_is_kept(caller: Caller) -> None:
    """API tokens in clear in the database (listmonk, measured)."""
    row = ApiKey.objects.filter(pk=caller.key.pk).values().get()
    assert caller.secret not in str(row)
    assert len(row["key_hash"]) == 64


def test_the_last_use_is_noted_once_a_minute(caller: Caller) -> None:
    caller.get("enrolments/1")
    first = ApiKey.objects.get(pk=caller.key.pk).last_used_at
    caller.get("enrolments/1")
    assert ApiKey.objects.get(pk=caller.key.pk).last_used_at == first
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    caller.get("enrolments/1")
    last_used_at = ApiKey.objects.get(pk=caller.key.pk).last_used_at
    assert last_used_at is not None
    assert last_used_at > timezone.now() - timedelta(minutes=1)


def test_a_key_that_asks_too_much_has_to_wait() -> None:
    now = 0.0
    limit = PerKey(per_second=2, burst=3, clock=lambda: now)
    request = HttpRequest()
    request.auth = ApiKey(pk=1)  # type: ignore[attr-defined]
    assert [limit.allow_request(request) for _number in range(4)] == [True, True, True, False]
    now = 0.5
    assert [limit.allow_request(request) for _number in range(2)] == [True, False]
    other = HttpRequest()
    other.auth = ApiKey(pk=2)  # type: ignore[attr-defined]
    assert limit.allow_request(other)


def test_a_request_too_large_is_refused(caller: Caller) -> None:
    response = caller.post("goals", {"name": "x" * 70_000})
    assert (response.status_code, response.json()["error"]["code"]) == (413, "too_large")


def test_a_body_that_is_no_json_is_refused(caller: Caller) -> None:
    headers = {"Authorization": f"Bearer {caller.secret}", "Idempotency-Key": "a"}
    response = Client().post("/api/goals", "{", content_type="application/json", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (400, "bad_request")


@pytest.mark.parametrize(("key", "status"), [("", 400), ("x" * 201, 422)])
def test_an_idempotency_key_is_asked_for(caller: Caller, key: str, status: int) -> None:
    response = caller.post("goals", {"name": "bought", "enrolment_id": 1}, key=key)
    assert (response.status_code, response.json()["error"]["field"]) == (status, "Idempotency-Key")


def test_two_programs_may_use_the_same_idempotency_key(caller: Caller) -> None:
    campaign = make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING)
    for one, phone in ((caller, "+380501234567"), (make_caller("CRM"), "+380507654321")):
        body = {"campaign_id": campaign.pk, "contact": {"phone": phone}}
        assert one.post("enrolments", body, key="17").status_code == 201
    assert ApiRequest.objects.count() == 2


def test_answers_are_forgotten_after_a_month_and_the_entry_stays_unique(caller: Caller) -> None:
    campaign = make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING)
    body = {"campaign_id": campaign.pk, "contact": {"phone": "+380501234567"}}
    first = caller.post("enrolments", body, key="17").json()
    ApiRequest.objects.update(created_at=timezone.now() - timedelta(days=31))
    caller.post("enrolments", body, key="18")
    assert [row.idempotency_key for row in ApiRequest.objects.all()] == ["18"]
    again = caller.post("enrolments", body, key="17").json()
    assert (again["id"], again["is_new"]) == (first["id"], False)


def test_an_address_that_is_not_there_answers_in_the_same_form(caller: Caller) -> None:
    response = caller.get("nothing/here")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_the_report_has_the_figures_of_the_page(caller: Caller) -> None:
    campaign = make_history(random=Random(31), people=20)
    report = campaign_report(campaign.pk)
    told = caller.get(f"campaigns/{campaign.pk}/report").json()
    assert told["audience"]["people"] == report.audience.people
    assert sum(told["audience"]["outcomes"].values()) + told["audience"]["open"] == report.audience.people
    steps = [step for route in told["routes"] for step in route["steps"]]
    assert [step["figures"]["entered"] for step in steps] == [step.figures.entered for step in report.steps]
    assert [step["cost"] for step in steps] == [str(step.figures.cost) for step in report.steps]
    assert caller.get(f"campaigns/{make_campaign().pk}/report").status_code == 404


@pytest.mark.django_db
def test_an_admin_makes_a_key_that_is_shown_once() -> None:
    admin = signed_in(Role.ADMIN)
    assert "No keys yet" in admin.get(reverse("api_key_list")).content.decode()
    assert admin.post(reverse("api_key_new"), {"name": ""}).status_code == 422
    made = admin.post(reverse("api_key_new"), {"name": "Web shop"})
    secret = made.content.decode().partition('id="secret"')[2].partition('value="')[2].partition('"')[0]
    assert made["Cache-Control"].count("no-store") == 1
    assert Client().get("/api/enrolments/1", headers={"Authorization": f"Bearer {secret}"}).status_code == 404
    listed = admin.get(reverse("api_key_list")).content.decode()
    assert "Web shop" in listed
    assert secret not in listed
    key = ApiKey.objects.get()
    asked = admin.get(reverse("api_key_revoke", args=[key.pk])).content.decode()
    assert "Revoke “Web shop”?" in asked
    admin.post(reverse("api_key_revoke", args=[key.pk]))
    assert Client().get("/api/enrolments/1", headers={"Authorization": f"Bearer {secret}"}).status_code == 401


@pytest.mark.django_db
def test_keys_and_the_description_are_for_admins() -> None:
    marketer = signed_in(Role.MARKETER)
    for name in ("api_key_list", "api_key_new", "openapi"):
        assert marketer.get(reverse(name)).status_code == 403
    described = signed_in(Role.ADMIN).get(reverse("openapi")).json()
    assert set(described["paths"]) == {
        "/api/enrolments",
        "/api/enrolments/{enrolment_id}",
        "/api/goals",
        "/api/campaigns/{campaign_id}/report",
    }


@pytest.mark.django_db(transaction=True)
def test_a_program_enrols_somebody_over_http(live_server: LiveServer) -> None:
    campaign = make_campaign(kind=CampaignKind.API, status=CampaignStatus.RUNNING)
    _key, secret = make_key(name="Web shop", by=make_user())
    request = urllib.request.Request(
        f"{live_server.url}/api/enrolments",
        data=json.dumps({"campaign_id": campaign.pk, "contact": {"email": "olena@example.com"}}).encode(),
        headers={
            "Authorization": f"Bearer {secret}",
            "Idempotency-Key": "cart-17",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 201
        assert json.load(response)["is_new"] is True
