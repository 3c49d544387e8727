"""The engine's own statements, and the keys it gives."""

import uuid

import pytest
from django.db import DataError, IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campaigns.engine.attempt_keys import new_key
from campaigns.links import BASE62, TOKEN_LENGTH, new_token
from channels.rows import array, byte_strings, run, texts


@pytest.mark.django_db
def test_a_statement_is_prepared_once_and_planned_for_any_values() -> None:
    statement = "SELECT number + %s::int FROM unnest(%s::bigint[]) AS number"
    assert run(statement, [1, array([1, 2])]) == [(2,), (3,)]
    assert run(statement, [2, array([])]) == []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT number +%%'"
        )
        assert cursor.fetchall() == [(2, 0)]


@pytest.mark.django_db
def test_djangos_own_queries_are_not_prepared() -> None:
    with connection.cursor() as cursor:
        for _ in range(10):
            cursor.execute("SELECT %s::int + 41", [1])
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%41%%'")
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db
def test_an_error_is_one_of_djangos() -> None:
    with pytest.raises((DataError, IntegrityError)):
        run("SELECT %s::bigint[]", [array(["no number"])])


def test_an_array_is_written_as_postgresql_reads_it() -> None:
    assert array([1, None, 3]) == "{1,NULL,3}"
    assert array([]) == "{}"


def test_keys_grow_with_time_and_cannot_be_guessed() -> None:
    keys = [uuid.UUID(new_key()) for _ in range(1000)]
    assert {key.version for key in keys} == {7}
    assert {key.variant for key in keys} == {uuid.RFC_4122}
    assert [key.int >> 80 for key in keys] == sorted(key.int >> 80 for key in keys)
    assert len({key.int & (1 << 62) - 1 for key in keys}) == 1000


def test_tokens_use_every_character_at_every_place() -> None:
    tokens = [new_token() for _ in range(5000)]
    assert {len(token) for token in tokens} == {TOKEN_LENGTH}
    assert len(set(tokens)) == len(tokens)
    for place in range(TOKEN_LENGTH):
        assert {token[place] for token in tokens} == set(BASE62)


WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.none() | WORDS | st.sampled_from(["", "NULL", 'a "word"', "back\\slash", "{a,b}", " ", "\\x41"])))
def test_texts_arrive_as_they_are(db: None, values: list[str | None]) -> None:
    assert run("SELECT %s::text[]", [texts(values)]) == [(values,)]


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary()))
def test_byte_strings_arrive_as_they_are(db: None, values: list[bytes]) -> None:
    assert run("SELECT %s::bytea[]", [byte_strings(values)]) == [(values,)]
