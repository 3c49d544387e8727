"""Whatever a rule asks of whoever is there: it is never an error, and it and its negation are everybody."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.audience.rules import contacts_matching, describe, parse
from campaigns.models import Contact, Purpose
from campaigns.models.consent import ConsentStatus
from channels.kinds import Channel
from tests.campaigns.examples import undone
from tests.factories import make_consent, make_contact

pytestmark = pytest.mark.django_db

# Few, so that rules and people meet; some of them awkward on purpose.
TEXTS = ["city", "points", "7", "__gt", "a'b", 'q"t', "100%", "Київ", "120", "1,5", "-3", "true", "2026-02-31", "{}"]
LIKINGS = ["fashion", "sport", "їжа"]
texts = st.sampled_from(TEXTS) | st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=5).filter(
    str.strip
)
days = st.dates(date(1930, 1, 1), date(2030, 12, 31))
channels = st.sampled_from(["sms", "email", "push"])
purposes = st.sampled_from(["marketing", "transactional"])


def condition(field: str, operators: list[str], **parts: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"field": st.just(field), "is": st.sampled_from(operators), **parts})


ages = st.integers(0, 150)
conditions = st.one_of(
    condition("age", ["between"], value=st.tuples(ages, ages).map(sorted)),
    condition("age", ["at_least", "at_most"], value=ages),
    condition("birthday", ["today"]),
    condition("birthday", ["within_days"], value=st.integers(1, 366)),
    condition("birth_date", ["known", "unknown"]),
    condition("preferences", ["any_of", "all_of", "none_of"], value=st.lists(st.sampled_from(LIKINGS), min_size=1)),
    condition("language", ["in", "not_in"], value=st.lists(st.sampled_from(["uk", "en", "es-MX"]), min_size=1)),
    condition("country", ["in", "not_in"], value=st.lists(st.sampled_from(["UA", "us"]), min_size=1)),
    condition("name", ["contains"], value=texts),
    condition("attribute", ["equals", "not_equals", "contains"], name=texts, value=texts),
    condition("attribute", ["set", "not_set"], name=texts),
    condition("attribute", ["at_least", "at_most"], name=texts, value=st.decimals(-200, 200, places=2)),
    condition("attribute", ["before", "since"], name=texts, value=days),
    condition("reachable", ["on", "not_on"], channel=channels, purpose=purposes),
    condition("consent", ["granted", "withdrawn", "none"], channel=channels, purpose=purposes),
    condition("created_at", ["before", "since"], value=days),
    condition("created_at", ["within_days"], value=st.integers(1, 36_500)),
    condition("contact_import", ["is", "is_not"], value=st.sampled_from([1, 2, 2**63 - 1])),
)
groups = st.recursive(
    st.fixed_dictionaries(
        {"op": st.sampled_from(["all", "any", "none"]), "rules": st.lists(conditions, min_size=1, max_size=4)}
    ),
    lambda inner: st.fixed_dictionaries(
        {
            "op": st.sampled_from(["all", "any", "none"]),
            "rules": st.lists(inner | conditions, min_size=1, max_size=3),
        }
    ),
    max_leaves=3,
)
values = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), texts)
people = st.lists(
    st.fixed_dictionaries(
        {
            "birth_date": st.none() | days,
            "language": st.sampled_from(["", "uk", "en"]),
            "country": st.sampled_from(["", "UA", "US"]),
            "preferences": st.lists(st.sampled_from(LIKINGS), unique=True),
            "attributes": st.dictionaries(texts, values | st.lists(values, max_size=2), max_size=4),
            "phone": st.sampled_from(["", "+380671234567"]),
            "email": st.sampled_from(["", "olena@example.com"]),
            "contact_import_id": st.sampled_from([None, 1, 2]),
        }
    ),
    max_size=4,
)
consents = st.dictionaries(
    st.tuples(st.integers(0, 3), st.sampled_from([Channel.SMS, Channel.EMAIL]), st.sampled_from(list(Purpose))),
    st.sampled_from(list(ConsentStatus)),
    max_size=4,
)


def make_people(drawn: list[dict[str, Any]], said: dict[tuple[int, Channel, Purpose], str]) -> set[int]:
    contacts = [make_contact(**fields) for fields in drawn]
    for (position, channel, purpose), status in said.items():
        if position < len(contacts):
            make_consent(contact=contacts[position], channel=channel, purpose=purpose, status=status)
    make_contact(deleted_at=datetime(2026, 1, 1, tzinfo=UTC))
    return {contact.pk for contact in contacts}


def found(given: object, today: date) -> set[int]:
    return set(contacts_matching(given, today=today).values_list("pk", flat=True))


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(drawn=people, said=consents, rule=groups, today=st.dates(date(2020, 1, 1), date(2032, 12, 31)))
def test_a_rule_and_its_negation_part_everybody_in_two(
    drawn: list[dict[str, Any]], said: dict[tuple[int, Channel, Purpose], str], rule: dict[str, Any], today: date
) -> None:
    with undone():
        everybody = make_people(drawn, said)
        matching, others = found(rule, today), found({"op": "none", "rules": [rule]}, today)
        assert matching | others == everybody
        assert not matching & others
        assert describe(parse(rule)).startswith("People who ")
        assert found({"op": "all", "rules": [rule]}, today) == found({"op": "any", "rules": [rule]}, today) == matching


@settings(max_examples=100, deadline=None)
@given(rule=groups)
def test_a_parsed_rule_written_as_json_is_read_back_as_itself(rule: dict[str, Any]) -> None:
    parsed = parse(rule)
    assert parse(parsed.model_dump(mode="json", by_alias=True)) == parsed


def test_nobody_is_lost_between_all_and_none_when_the_table_is_empty() -> None:
    assert not Contact.objects.exists()
    assert found(None, date(2026, 2, 11)) == set()
