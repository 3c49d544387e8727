from django.db import migrations, models

ONE_NUMBER = """
UPDATE campaigns_budgetstate SET committed = reserved + spent;
DELETE FROM campaigns_budgetstate b USING campaigns_campaign c WHERE c.id = b.campaign_id AND c.budget IS NULL;
INSERT INTO campaigns_budgetstate (campaign_id, reserved, spent, committed)
SELECT id, 0, 0, 0 FROM campaigns_campaign WHERE budget IS NOT NULL AND launched_at IS NOT NULL ON CONFLICT DO NOTHING;
-- What the new rows refer to is looked up now: a table with open questions cannot be altered.
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """One number for what is reserved and spent, and only where there is a budget."""

    dependencies = [("campaigns", "0005_fewer_indexes")]

    operations = [
        migrations.RemoveConstraint("budgetstate", "budgetstate_not_negative"),
        migrations.AddField(
            "budgetstate", "committed", models.DecimalField(max_digits=16, decimal_places=6, default=0)
        ),
        migrations.RunSQL(ONE_NUMBER, migrations.RunSQL.noop),
        migrations.RemoveField("budgetstate", "reserved"),
        migrations.RemoveField("budgetstate", "spent"),
        migrations.AddConstraint(
            "budgetstate",
            models.CheckConstraint(condition=models.Q(committed__gte=0), name="budgetstate_not_negative"),
        ),
    ]
