"""What the engine needs of PostgreSQL beyond Django's models: the clock, partitions, frozen versions, storage."""

from django.db import migrations

CLOCK = """
-- The product's time. Without a row in the table it is the real time.
CREATE FUNCTION cascade_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT COALESCE(
        (SELECT shown_at + (clock_timestamp() - real_at) * speed FROM campaigns_engineclock),
        clock_timestamp()
    )
$$;
"""

EVENTS = """
CREATE SEQUENCE campaigns_event_id_seq AS bigint;
CREATE TABLE campaigns_event (
    id bigint NOT NULL DEFAULT nextval('campaigns_event_id_seq'),
    message_created_at timestamptz NOT NULL,
    campaign_id bigint NOT NULL,
    enrolment_id bigint NOT NULL,
    message_id bigint,
    attempt_id bigint,
    link_id bigint,
    inbound_request_id bigint,
    type varchar(12) NOT NULL,
    dedupe_key varchar(64) NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    is_machine boolean NOT NULL DEFAULT false,
    machine_rule varchar(30) NOT NULL DEFAULT '',
    details jsonb NOT NULL DEFAULT '{}',
    PRIMARY KEY (message_created_at, id),
    -- The same event counts once; all events of a message share a partition.
    UNIQUE NULLS NOT DISTINCT (message_created_at, message_id, dedupe_key)
) PARTITION BY RANGE (message_created_at);
CREATE INDEX campaigns_event_of_enrolment ON campaigns_event (enrolment_id, occurred_at);
CREATE TABLE campaigns_event_default PARTITION OF campaigns_event DEFAULT;
SELECT cascade_make_partitions('campaigns_event', 'month', 3);
"""

FROZEN = """
-- A frozen version never changes under the people who are inside, but for a step's sender.
CREATE FUNCTION cascade_refuse_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    row_version bigint;
    old_step jsonb;
BEGIN
    IF TG_TABLE_NAME = 'campaigns_step' THEN
        SELECT version_id INTO row_version FROM campaigns_route
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.route_id ELSE NEW.route_id END;
        IF TG_OP = 'UPDATE' THEN
            old_step := to_jsonb(OLD) || jsonb_build_object('sender_id', NEW.sender_id);
            IF old_step = to_jsonb(NEW) THEN RETURN NEW; END IF;
        END IF;
    ELSE
        row_version := CASE WHEN TG_OP = 'DELETE' THEN OLD.version_id ELSE NEW.version_id END;
    END IF;
    IF EXISTS (SELECT FROM campaigns_campaignversion WHERE id = row_version AND frozen_at IS NOT NULL) THEN
        RAISE EXCEPTION 'campaign version % is frozen', row_version USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER refuse_frozen BEFORE INSERT OR UPDATE OR DELETE ON campaigns_route
    FOR EACH ROW EXECUTE FUNCTION cascade_refuse_frozen();
CREATE TRIGGER refuse_frozen BEFORE INSERT OR UPDATE OR DELETE ON campaigns_step
    FOR EACH ROW EXECUTE FUNCTION cascade_refuse_frozen();
CREATE TRIGGER refuse_frozen BEFORE INSERT OR UPDATE OR DELETE ON campaigns_content
    FOR EACH ROW EXECUTE FUNCTION cascade_refuse_frozen();
CREATE TRIGGER refuse_frozen BEFORE INSERT OR UPDATE OR DELETE ON campaigns_link
    FOR EACH ROW EXECUTE FUNCTION cascade_refuse_frozen();
"""

UNFREEZE = "".join(
    f"DROP TRIGGER refuse_frozen ON campaigns_{table};" for table in ("route", "step", "content", "link")
)

# Rows change state a handful of times: room on the page keeps the updates off the indexes, and
# autovacuum must not wait for a fifth of a table of millions.
STORAGE = """
ALTER TABLE campaigns_enrolment SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE campaigns_message SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0);
ALTER TABLE campaigns_attempt SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE campaigns_stepdelta SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
ALTER TABLE campaigns_hit SET (fillfactor = 80);
"""


class Migration(migrations.Migration):
    """Plain SQL, because Django cannot declare any of it."""

    dependencies = [("campaigns", "0001_initial"), ("channels", "0002_inbound_partitions")]

    operations = [
        migrations.RunSQL(CLOCK, "DROP FUNCTION cascade_now()"),
        migrations.RunSQL(EVENTS, "DROP TABLE campaigns_event; DROP SEQUENCE campaigns_event_id_seq"),
        migrations.RunSQL(FROZEN, f"{UNFREEZE} DROP FUNCTION cascade_refuse_frozen()"),
        migrations.RunSQL(STORAGE, migrations.RunSQL.noop),
    ]
