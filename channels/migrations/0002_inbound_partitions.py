"""The partitioned table of inbound requests, and the function that makes partitions ahead."""

from django.db import migrations

MAKE_PARTITIONS = """
-- Makes the partitions of `parent` for the current `unit` (week, month) and `ahead` more.
-- Where the default partition already holds rows of one, that one is left out: the operations page
-- tells of rows in a default partition.
CREATE FUNCTION cascade_make_partitions(parent text, unit text, ahead int) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
    starts timestamptz := date_trunc(unit, now(), 'UTC');
    ends timestamptz;
    name text;
    made int := 0;
BEGIN
    FOR i IN 0..ahead LOOP
        ends := date_trunc(unit, starts + ('1 ' || unit)::interval, 'UTC');
        name := parent || '_' || to_char(starts AT TIME ZONE 'UTC', 'YYYYMMDD');
        IF to_regclass(name) IS NULL THEN
            BEGIN
                EXECUTE format(
                    'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)', name, parent, starts, ends
                );
                made := made + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING 'the default partition of % holds rows of %', parent, name;
            END;
        END IF;
        starts := ends;
    END LOOP;
    RETURN made;
END $$;
"""

TABLE = """
CREATE SEQUENCE channels_inboundrequest_id_seq AS bigint;
CREATE TABLE channels_inboundrequest (
    id bigint NOT NULL DEFAULT nextval('channels_inboundrequest_id_seq'),
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    account_id bigint NOT NULL,
    method varchar(8) NOT NULL,
    path text NOT NULL,
    query jsonb NOT NULL DEFAULT '{}',
    headers jsonb NOT NULL DEFAULT '{}',
    body bytea NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'waiting', 'done', 'failed')),
    retry_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    tries smallint NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
CREATE INDEX channels_inboundrequest_open ON channels_inboundrequest (retry_at)
    WHERE state IN ('new', 'waiting');
CREATE TABLE channels_inboundrequest_default PARTITION OF channels_inboundrequest DEFAULT;
SELECT cascade_make_partitions('channels_inboundrequest', 'week', 4);
"""


class Migration(migrations.Migration):
    """Plain SQL, because Django cannot declare partitions."""

    dependencies = [("channels", "0001_initial")]

    operations = [
        migrations.RunSQL(MAKE_PARTITIONS, "DROP FUNCTION cascade_make_partitions(text, text, int)"),
        migrations.RunSQL(TABLE, "DROP TABLE channels_inboundrequest; DROP SEQUENCE channels_inboundrequest_id_seq"),
    ]
