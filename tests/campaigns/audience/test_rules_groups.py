"""Conditions joined into groups, rules inside CASE WHEN, and rules as sentences."""

from datetime import UTC, date, datetime

import pytest
from django.db.models import Case, F, IntegerField, Value, When
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from campaigns.audience.rules import as_q, describe, describe_all, parse
from campaigns.models import Contact, ContactImport
from channels.kinds import Channel
from tests.campaigns.audience.rule_tables import TODAY, condition, names, person, rule

pytestmark = pytest.mark.django_db

ADULT = condition("age", "at_least", value=18)
FASHION = condition("preferences", "any_of", value=["fashion"])
UKRAINE = condition("country", "in", value=["UA"])


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (rule(ADULT, FASHION), {"Adult fashion"}),
        (rule(ADULT, FASHION, op="any"), {"Adult fashion", "Adult", "Young fashion"}),
        (rule(ADULT, FASHION, op="none"), {"Nobody's"}),
        (rule(ADULT, rule(FASHION, UKRAINE, op="any")), {"Adult fashion", "Adult"}),
        (rule(FASHION, rule(ADULT, op="none")), {"Young fashion"}),
        (rule(rule(ADULT, op="none"), rule(UKRAINE, op="none"), op="none"), {"Adult"}),
        # No condition is no limit.
        (rule(), {"Adult fashion", "Adult", "Young fashion", "Nobody's"}),
        (rule(op="none"), {"Adult fashion", "Adult", "Young fashion", "Nobody's"}),
        ({}, {"Adult fashion", "Adult", "Young fashion", "Nobody's"}),
        (None, {"Adult fashion", "Adult", "Young fashion", "Nobody's"}),
    ],
)
def test_groups(given: object, expected: set[str]) -> None:
    person("Adult fashion", birth_date=date(1990, 1, 1), preferences=["fashion"])
    person("Adult", birth_date=date(1990, 1, 1), country="UA")
    person("Young fashion", birth_date=date(2015, 1, 1), preferences=["fashion"])
    person("Nobody's")
    assert names(given) == expected


def test_deleted_contacts_are_in_no_segment() -> None:
    person("Gone", deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    assert names(None) == set()


def test_the_first_route_whose_rule_matches_wins_inside_a_case() -> None:
    person("Young fashion", birth_date=date(2005, 1, 1), preferences=["fashion"])
    person("Fashion", preferences=["fashion"])
    person("Reachable", phone="+380671234567", consents=[Channel.SMS])
    person("Rest", attributes={"points": "no number"})
    branches = [
        When(as_q(parse(given), today=TODAY), then=Value(position))
        for position, given in enumerate(
            [
                rule(condition("age", "between", value=[18, 25])),
                rule(FASHION),
                rule(condition("reachable", "on", channel="sms")),
                rule(condition("attribute", "at_least", name="points", value=1), op="none"),
            ]
        )
    ]
    routed = Contact.objects.annotate(route=Case(*branches, default=Value(9), output_field=IntegerField()))
    assert dict(routed.values_list("first_name", F("route"))) == {
        "Young fashion": 0,
        "Fashion": 1,
        "Reachable": 2,
        "Rest": 3,
    }


def test_a_rule_without_conditions_is_everybody_inside_a_case_too() -> None:
    person("Anna")
    everybody = Case(When(as_q(parse(None), today=TODAY), then=Value(1)), default=Value(0))
    assert list(Contact.objects.annotate(route=everybody).values_list("route", flat=True)) == [1]


# --- Sentences -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (None, "Everybody"),
        (rule(ADULT, FASHION), "People who are 18 or older and like fashion"),
        (
            rule(UKRAINE, rule(ADULT, FASHION, op="any")),
            "People who are in Ukraine and (are 18 or older or like fashion)",
        ),
        (
            rule(ADULT, rule(condition("reachable", "on", channel="sms"), op="none")),
            "People who are 18 or older and (do not fit this: can be reached by SMS (marketing))",
        ),
        (rule(condition("language", "in", value=["uk", "pt-BR"])), "People who speak Ukrainian or Portuguese (Brazil)"),
        (
            rule(condition("attribute", "since", name="last order", value="2026-01-02")),
            "People who have Jan. 2, 2026 or a later day as last order",
        ),
    ],
)
def test_a_rule_reads_as_a_sentence(given: object, sentence: str) -> None:
    with translation.override("en"):
        assert describe(parse(given)) == sentence


def test_files_are_named_with_their_day_by_one_query(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    files = [ContactImport.objects.create(name=name, size=1) for name in ("spring.csv", "autumn.csv")]
    ContactImport.objects.update(created_at=datetime(2026, 5, 1, 12, tzinfo=UTC))
    spring, autumn = (condition("contact_import", "is", value=file.pk) for file in files)
    gone = condition("contact_import", "is", value=files[1].pk + 1)
    rules = [parse(rule(spring, rule({**autumn, "is": "is_not"}), op="any")), parse(rule(autumn)), parse(rule(gone))]
    with translation.override("en"), django_assert_num_queries(1):
        sentences = describe_all(dict(enumerate(rules)))
    assert sentences == {
        0: "People who were added by spring.csv (May 1, 2026) or (were not added by autumn.csv (May 1, 2026))",
        1: "People who were added by autumn.csv (May 1, 2026)",
        2: "People who were added by a file that is no longer known",
    }


def test_without_files_a_sentence_asks_nothing(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        describe(parse(rule(FASHION)))


def test_countries_are_named_in_the_readers_language() -> None:
    parsed = parse(rule(condition("country", "in", value=["ES"])))
    with translation.override("uk"):
        assert "Іспанія" in describe(parsed)
