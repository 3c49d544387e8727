"""Hot tables are sampled by few rows: a column added to them must be told so too (migration 0014)."""

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

TARGETS = """
SELECT DISTINCT attstattarget FROM pg_attribute
WHERE attnum > 0 AND NOT attisdropped AND attrelid = ANY(ARRAY['campaigns_enrolment', 'campaigns_message',
    'campaigns_attempt', 'campaigns_vendorreference']::regclass[])
"""


def test_no_column_of_a_hot_table_asks_for_large_samples() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TARGETS)
        assert cursor.fetchall() == [(20,)]
