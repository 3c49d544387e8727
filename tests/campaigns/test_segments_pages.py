"""The pages of segments: the form keeps what was typed, says what is wrong at its row, and shows whom it selects."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from campaigns.audience.reach import count_reach
from campaigns.forms.rule_rows import RuleForm
from campaigns.models import AuditEntry, Contact, ContactImport, Purpose, Segment
from campaigns.permissions import Permission, Role
from channels.kinds import Channel
from tests.factories import make_contact, make_segment, make_user

pytestmark = pytest.mark.django_db

ADULTS = {"op": "all", "rules": [{"field": "age", "is": "at_least", "value": 18}]}


def row(key: str, parent: str = "root", **parts: Any) -> dict[str, Any]:
    """What a browser sends for one condition."""
    about = {f"{key}-{part.rstrip('_')}": value for part, value in parts.items()}
    return {f"{key}-in": parent, f"{key}-was": parts.get("field", ""), **about}


def sent(*rows: dict[str, Any], op: str = "all", **other: Any) -> dict[str, Any]:
    """What a browser sends for the whole form."""
    keys = [next(iter(one)).partition("-")[0] for one in rows]
    return {"name": "Adults", "root-op": op, "row": keys, **{k: v for one in rows for k, v in one.items()}, **other}


AGE = row("r1", field="age", is_="at_least", value="18")


# --- Saving --------------------------------------------------------------------------------


def test_a_segment_is_saved_as_it_was_filled_in(marketer: Client) -> None:
    given = sent(
        AGE,
        {"g1-op": "any", "g1-in": "root"},
        row("r2", "g1", field="preferences", is_="any_of", value="fashion, sport,, "),
        row("r3", "g1", field="country", is_="in", value=["UA", "ES"]),
        row("r4", field="attribute", name="balance", is_="at_least", value="12,5"),
        row("r5", field="age", is_="between", value_from="20", value_to="30"),
    )
    assert marketer.post(reverse("segment_create"), given).status_code == 302
    segment = Segment.objects.get()
    assert segment.rule == {
        "op": "all",
        "rules": [
            {"field": "age", "is": "at_least", "value": 18},
            {
                "op": "any",
                "rules": [
                    {"field": "preferences", "is": "any_of", "value": ["fashion", "sport"]},
                    {"field": "country", "is": "in", "value": ["UA", "ES"]},
                ],
            },
            {"field": "attribute", "is": "at_least", "name": "balance", "value": "12.5"},
            {"field": "age", "is": "between", "value": [20, 30]},
        ],
    }
    assert segment.created_by is not None
    assert AuditEntry.objects.get().verb == "create"


def test_a_saved_segment_comes_back_into_the_form_and_out_again_unchanged(marketer: Client) -> None:
    rule = {
        "op": "none",
        "rules": [
            {"field": "age", "is": "between", "value": [18, 25]},
            {"field": "preferences", "is": "all_of", "value": ["fashion", "їжа"]},
            {"field": "language", "is": "not_in", "value": ["uk", "pt-BR"]},
            {"field": "attribute", "is": "since", "name": "last order", "value": "2026-01-02"},
            {"op": "any", "rules": [{"field": "consent", "is": "none", "channel": "sms", "purpose": "marketing"}]},
        ],
    }
    segment = make_segment(rule=rule)
    page = marketer.get(reverse("segment_edit", args=[segment.pk]))
    form = page.context["rule_form"]
    assert form.root.as_json()["op"] == "none"
    fields = filled_in(page.content.decode())
    response = marketer.post(reverse("segment_edit", args=[segment.pk]), fields)
    assert response.status_code == 302
    segment.refresh_from_db()
    assert segment.rule == rule


def filled_in(html: str) -> dict[str, list[str]]:
    """What a browser would send for the form of the page, read from its HTML."""
    form = html[html.index('id="segment-form"') : html.index("</form>", html.index('id="segment-form"'))]
    fields: dict[str, list[str]] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attrs = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        fields.setdefault(attrs["name"], []).append(attrs.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.findall(r'<option value="([^"]*)" selected', options)
        fields[name] = chosen
    return fields


@pytest.mark.parametrize("method", ["create", "edit"])
def test_a_mistake_is_said_at_its_row_and_nothing_typed_is_lost(marketer: Client, method: str) -> None:
    url = reverse("segment_create") if method == "create" else reverse("segment_edit", args=[make_segment().pk])
    bad = row("r2", field="attribute", name="city & town", is_="at_least", value="a lot")
    response = marketer.post(url, sent(AGE, bad, name=""))
    assert response.status_code == 422
    html = response.content.decode()
    assert "Enter a number." in html[html.index('id="row-r2"') :]
    assert "Enter a number." not in html[: html.index('id="row-r2"')]
    assert 'value="a lot"' in html
    assert "city &amp; town" in html
    assert 'aria-describedby="id_r2-value_error"' in html


def test_an_empty_group_and_an_empty_row_are_told(marketer: Client) -> None:
    given = sent({"g1-op": "any", "g1-in": "root"}, row("r1", field=""))
    html = marketer.post(reverse("segment_create"), given).content.decode()
    assert "This group is empty." in html
    assert "Choose what the condition is about." in html
    assert not Segment.objects.exists()


def test_names_are_given_once_also_by_archived_segments(marketer: Client) -> None:
    make_segment(name="Adults")
    assert "There is a segment with this name already." in post(marketer, sent(AGE))
    marketer.post(reverse("segment_archive", args=[Segment.objects.get().pk]))
    assert "An archived segment has this name." in post(marketer, sent(AGE, name="adults"))


def post(client: Client, given: dict[str, Any]) -> str:
    return client.post(reverse("segment_create"), given).content.decode()


def test_a_choice_that_changed_without_script_does_not_carry_its_old_value_along(marketer: Client) -> None:
    given = sent({**row("r1", field="created_at", is_="at_least", value="18"), "r1-was": "age"})
    html = post(marketer, given)
    assert "Enter a number." in html
    assert 'value="18"' not in html


# --- Those whom a file added ----------------------------------------------------------------


def test_an_import_proposes_a_segment_of_those_it_added(marketer: Client) -> None:
    file = make_import(created_count=2)
    make_contact(contact_import=file)
    make_contact()
    page = marketer.get(reverse("segment_create"), {"file": file.pk}).content.decode()
    assert 'value="Added by spring.csv (May 1, 2026)"' in page
    fields = filled_in(page)
    assert "1 person" in marketer.post(reverse("segment_preview"), fields).content.decode()
    assert marketer.post(reverse("segment_create"), fields).status_code == 302
    assert Segment.objects.get().rule["rules"] == [{"field": "contact_import", "is": "is", "value": file.pk}]
    assert "People who were added by spring.csv (May 1, 2026)" in marketer.get(reverse("segment_list")).text


@pytest.mark.parametrize("asked", ["", "0", "999", "people.csv", "9" * 40])
def test_a_file_that_is_none_proposes_nothing(marketer: Client, asked: str) -> None:
    page = marketer.get(reverse("segment_create"), {"file": asked})
    assert [row.is_blank for row in page.context["rule_form"].root.children] == [True]


def test_a_long_name_of_a_file_is_cut_to_that_of_a_segment(marketer: Client) -> None:
    file = make_import(name=f"{'customers ' * 20}.csv", created_count=1)
    fields = filled_in(marketer.get(reverse("segment_create"), {"file": file.pk}).content.decode())
    assert len(fields["name"][0]) == 100
    assert marketer.post(reverse("segment_create"), fields).status_code == 302


def test_a_row_about_a_file_offers_those_that_brought_somebody_and_its_own(marketer: Client) -> None:
    brought, nobody, other = (make_import(name=name, created_count=n) for name, n in (("a", 3), ("b", 0), ("c", 0)))
    about = row("r1", field="contact_import", is_="is_not", value=str(nobody.pk))
    html = marketer.post(reverse("segment_row"), sent(about, do="redraw:r1")).content.decode()
    assert [f'value="{file.pk}"' in html for file in (brought, nobody, other)] == [True, True, False]
    assert f'value="{nobody.pk}" selected' in html


def test_files_are_asked_for_once_however_many_rows_name_them(
    marketer: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rows = [row(f"r{n}", field="contact_import", is_="is", value=str(make_import().pk)) for n in range(5)]
    given = QueryDict(mutable=True)
    for name, value in sent(*rows).items():
        given.setlist(name, value if isinstance(value, list) else [value])
    with django_assert_num_queries(2):
        RuleForm(given)


def make_import(**fields: Any) -> ContactImport:
    file = ContactImport.objects.create(**{"name": "spring.csv", "size": 1, **fields})
    ContactImport.objects.filter(pk=file.pk).update(created_at=datetime(2026, 5, 1, 12, tzinfo=UTC))
    return file


# --- Without script the same buttons send the form ------------------------------------------


def test_rows_are_added_and_removed_by_plain_buttons_without_losing_anything(marketer: Client) -> None:
    added = marketer.post(reverse("segment_create"), sent(AGE, do="add:root"))
    assert added.status_code == 200
    form = added.context["rule_form"]
    assert [child.form.about for child in form.root.children] == ["age", ""]
    assert 'value="Adults"' in added.content.decode()
    grouped = marketer.post(reverse("segment_create"), sent(AGE, do="group:")).context["rule_form"]
    assert grouped.root.children[1].is_group
    removed = marketer.post(reverse("segment_create"), sent(AGE, row("r2", field="name"), do="remove:r1"))
    assert [child.key for child in removed.context["rule_form"].root.children] == ["r2"]
    assert not Segment.objects.exists()


def test_counting_without_script_shows_the_count_on_the_page(marketer: Client) -> None:
    make_contact(birth_date=date(1990, 1, 1))
    assert "1 person" in marketer.post(reverse("segment_create"), sent(AGE, do="count")).content.decode()


# --- What htmx asks for ---------------------------------------------------------------------


def test_a_fresh_row_has_a_key_of_its_own_and_the_focus(marketer: Client) -> None:
    first, second = (
        marketer.post(reverse("segment_row"), sent(AGE, do="add:root")).content.decode() for _again in range(2)
    )
    assert "autofocus" in first
    assert first != second
    assert 'value="root"' in first


def test_a_redrawn_row_offers_what_fits_its_new_subject(marketer: Client) -> None:
    given = sent({**row("r1", field="country", is_="at_least", value="18"), "r1-was": "age"}, do="redraw:r1")
    html = marketer.post(reverse("segment_row"), given).content.decode()
    assert "is one of" in html
    assert "Ukraine" in html
    assert 'value="18"' not in html


@pytest.mark.parametrize("order", ["", "redraw:nothing", "add:<b>", "sing:r1"])
def test_an_order_that_makes_no_sense_is_refused(marketer: Client, order: str) -> None:
    assert marketer.post(reverse("segment_row"), sent(AGE, do=order)).status_code == 400


def test_the_preview_counts_and_names_some_people(marketer: Client) -> None:
    make_contact(first_name="Олена", birth_date=date(1990, 1, 1))
    make_contact(first_name="Кіра", birth_date=date(2020, 1, 1))
    html = marketer.post(reverse("segment_preview"), sent(AGE)).content.decode()
    assert "1 person" in html
    assert "50% of 2 contacts" in html
    assert "Олена" in html
    assert "Кіра" not in html
    assert "People who are 18 or older" in html


def test_the_preview_waits_for_what_is_not_complete_and_passes_over_blank_rows(marketer: Client) -> None:
    half = sent(AGE, row("r2", field="age", is_="at_least", value=""))
    assert "Complete the conditions" in marketer.post(reverse("segment_preview"), half).content.decode()
    blank = sent(AGE, {"g1-op": "any", "g1-in": "root"}, row("r2", "g1", field=""))
    assert "0 people" in marketer.post(reverse("segment_preview"), blank).content.decode()


def test_who_may_not_see_people_sees_only_how_many_they_are(client: Client) -> None:
    client.force_login(make_user(permissions=[Permission.MANAGE_CONTACTS]))
    make_contact(first_name="Олена", birth_date=date(1990, 1, 1))
    html = client.post(reverse("segment_preview"), sent(AGE)).content.decode()
    assert "1 person" in html
    assert "Олена" not in html


def test_the_reach_counts_each_channel_and_at_least_one(marketer: Client) -> None:
    grown = date(1990, 1, 1)
    make_contact(phone="+380671234561", email="a@example.com", consents=[Channel.SMS, Channel.EMAIL], birth_date=grown)
    make_contact(phone="+380671234562", consents=[Channel.SMS, Channel.EMAIL], birth_date=grown)
    make_contact(phone="+380671234563", birth_date=grown)
    make_contact(phone="+380671234564", consents=[Channel.SMS], birth_date=date(2020, 1, 1))
    response = marketer.post(reverse("segment_reach"), sent(AGE))
    reach = response.context["reach"]
    assert (reach.anywhere, dict(reach.by_channel)) == (2, {Channel.SMS: 2, Channel.EMAIL: 1})
    assert marketer.post(reverse("segment_reach"), sent(row("r1", field="age", is_="at_least"))).status_code == 204


def test_the_reach_of_no_contacts_is_nothing() -> None:
    nobody = count_reach(Contact.objects.none(), channels=[Channel.SMS], purpose=Purpose.MARKETING)
    assert (nobody.anywhere, dict(nobody.by_channel)) == (0, {Channel.SMS: 0})


def test_reach_of_nobody_is_said(marketer: Client) -> None:
    assert "Nobody has agreed" in marketer.post(reverse("segment_reach"), sent()).content.decode()


# --- Who may --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("get", "segment_list"),
        ("get", "segment_create"),
        ("get", "segment_edit"),
        ("get", "segment_count"),
        ("post", "segment_row"),
        ("post", "segment_preview"),
        ("post", "segment_reach"),
        ("post", "segment_archive"),
        ("post", "segment_restore"),
    ],
)
def test_managers_and_admins_have_no_segments(client: Client, method: str, name: str) -> None:
    segment = make_segment()
    has_pk = name in {"segment_edit", "segment_count", "segment_archive", "segment_restore"}
    url = reverse(name, args=[segment.pk] if has_pk else [])
    assert getattr(client, method)(url).status_code == 302
    client.force_login(make_user(roles=[Role.MANAGER, Role.ADMIN], permissions=[Permission.VIEW_PEOPLE]))
    assert getattr(client, method)(url).status_code == 403
