"""Hot tables are sampled in smaller samples (docs/benchmarks.md)."""

from django.db import migrations

# How many values of each column PostgreSQL remembers; -1 is its own default, of 100. The tables grow by thousands of rows
# a second and are sampled whenever autovacuum looks, by 300 rows for each value of the column with most.
STATISTICS = """
DO $$
DECLARE
    asked record;
BEGIN
    FOR asked IN
        SELECT attrelid::regclass AS hot_table, attname FROM pg_attribute
        WHERE attnum > 0 AND NOT attisdropped AND attrelid = ANY(ARRAY['campaigns_enrolment', 'campaigns_message',
            'campaigns_attempt', 'campaigns_vendorreference']::regclass[])
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STATISTICS {target}', asked.hot_table, asked.attname);
    END LOOP;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0013_leases"),
    ]

    operations = [
        migrations.RunSQL(STATISTICS.replace("{target}", "20"), STATISTICS.replace("{target}", "-1")),
    ]
