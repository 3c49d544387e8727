"""The order in which what matters was committed: people who ended, and messages that were marked as sending.

Triggers, which only this ground makes, note both; PostgreSQL remembers when the transaction of each note was committed
(track_commit_timestamp). A stop locks the messages of its enrolment before it commits, and marking locks the message:
so whichever waits for the other is committed later, and what was marked after a stop shows.
"""

from django.db import connection

NOTE = """
CREATE TABLE chaos_end (campaign_id bigint NOT NULL, enrolment_id bigint NOT NULL, outcome text NOT NULL);
CREATE TABLE chaos_sending (campaign_id bigint NOT NULL, enrolment_id bigint NOT NULL, message_id bigint NOT NULL);

CREATE FUNCTION chaos_note_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_end VALUES (NEW.campaign_id, NEW.id, NEW.outcome);
    RETURN NULL;
END $$;
CREATE FUNCTION chaos_note_sending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO chaos_sending VALUES (NEW.campaign_id, NEW.enrolment_id, NEW.id);
    RETURN NULL;
END $$;

CREATE TRIGGER chaos_end AFTER UPDATE ON campaigns_enrolment FOR EACH ROW
WHEN (OLD.outcome = '' AND NEW.outcome <> '') EXECUTE FUNCTION chaos_note_end();
CREATE TRIGGER chaos_sending AFTER UPDATE ON campaigns_message FOR EACH ROW
WHEN (OLD.status <> 'sending' AND NEW.status = 'sending') EXECUTE FUNCTION chaos_note_sending();
"""
MARKED_AFTER_END = """
SELECT count(*) FROM chaos_sending s JOIN chaos_end e ON e.enrolment_id = s.enrolment_id
WHERE e.campaign_id = %s AND pg_xact_commit_timestamp(s.xmin) >= pg_xact_commit_timestamp(e.xmin)
"""
# Those whom somebody stopped: who comes to the end of the chain had nothing left to be sent.
STOPS = """
SELECT count(*) FROM chaos_end WHERE campaign_id = %s AND outcome IN ('engaged', 'suppressed', 'cancelled')
"""
UNNOTED = """
SELECT count(*) FROM campaigns_attempt t
WHERE t.campaign_id = %s AND NOT EXISTS (SELECT FROM chaos_sending s WHERE s.message_id = t.message_id)
"""


def note_commits() -> None:
    """Let the database note from now on whoever ends, and what is marked as sending."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE)


def marked_after_end(campaign_id: int) -> int:
    """How often a message of the campaign became `sending` after its enrolment's end had been committed."""
    return _count(MARKED_AFTER_END, campaign_id)


def stops(campaign_id: int) -> int:
    """How many people of the campaign were stopped: they acted, opted out or were cancelled."""
    return _count(STOPS, campaign_id)


def unnoted(campaign_id: int) -> int:
    """How many attempts are of messages that nobody noted as becoming `sending`: none, or we are blind."""
    return _count(UNNOTED, campaign_id)


def _count(query: str, campaign_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, [campaign_id])
        count: int = cursor.fetchone()[0]
    return count
