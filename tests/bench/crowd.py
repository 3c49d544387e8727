"""Many contacts at once, with a phone number each and their consent to SMS."""

from django.db import connection

from campaigns.models import Contact

# Distinct numbers of one country, and few enough first names that texts have several lengths.
CROWD = """
WITH made AS (
    INSERT INTO campaigns_contact (first_name, last_name, language, country, time_zone, preferences, attributes,
        is_trackable, created_at, updated_at)
    SELECT (ARRAY['Olena', 'Bo', 'María', 'Konstantin', 'Иван', 'Sofía'])[1 + n %% 6], 'No. ' || n,
        (ARRAY['uk', 'en', 'es', 'ru'])[1 + n %% 4], 'UA', '',
        '{}', '{}', true, now(), now()
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
    RETURNING id
), numbered AS (
    SELECT id, '+380' || (500000000 + %(first)s + row_number() OVER (ORDER BY id)) AS phone FROM made
), addressed AS (
    INSERT INTO campaigns_address (contact_id, kind, value, value_hash, is_primary, is_live, created_at)
    SELECT id, 'phone', phone, md5(phone), true, true, now() FROM numbered
)
INSERT INTO campaigns_consent (contact_id, channel, purpose, status, changed_at)
SELECT id, 'sms', 'marketing', 'granted', now() FROM made
"""
AT_ONCE = 200_000


def make_crowd(people: int) -> None:
    """Add `people` contacts."""
    begin = Contact.objects.count()
    end = begin + people
    with connection.cursor() as cursor:
        for first in range(begin, end, AT_ONCE):
            cursor.execute(CROWD, {"first": first, "last": min(first + AT_ONCE, end) - 1})
        cursor.execute("VACUUM ANALYZE campaigns_contact, campaigns_address, campaigns_consent")
