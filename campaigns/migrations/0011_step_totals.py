"""Totals of counters without their hours, filled from what has been folded so far."""

from django.db import migrations, models

FILL = """
INSERT INTO campaigns_steptotal (campaign_id, route_id, step_key, counter, value)
SELECT campaign_id, route_id, step_key, counter, sum(value) FROM campaigns_stepstats
GROUP BY campaign_id, route_id, step_key, counter
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_operations")]

    operations = [
        migrations.CreateModel(
            name="StepTotal",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "campaign_id",
                        "route_id",
                        "step_key",
                        "counter",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("campaign_id", models.BigIntegerField()),
                ("route_id", models.BigIntegerField()),
                ("step_key", models.CharField(blank=True, max_length=16)),
                ("counter", models.CharField(max_length=40)),
                ("value", models.DecimalField(decimal_places=6, max_digits=18)),
            ],
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
