"""What changes with each step spares an index, and is looked at in smaller samples (docs/benchmarks.md)."""

from django.db import migrations, models

# How many values of each column PostgreSQL remembers; -1 is its own default. The tables grow by thousands of rows a
# second, are sampled every time autovacuum looks, and samples of 30,000 rows took a sixth of the server's time.
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
        migrations.RemoveIndex(model_name="enrolment", name="enrolment_of_campaign"),
        migrations.AddIndex(
            model_name="enrolment",
            index=models.Index(
                condition=models.Q(("outcome", ""), _negated=True),
                fields=["campaign", "outcome", "id"],
                name="enrolment_ended",
            ),
        ),
        migrations.RunSQL(STATISTICS.replace("{target}", "20"), STATISTICS.replace("{target}", "-1")),
    ]
