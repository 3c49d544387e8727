"""The figures of the last days are found by their hour, without reading what there ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0022_report_schedules")]

    operations = [
        migrations.AddIndex(
            model_name="stepstats",
            index=models.Index(
                fields=["hour"],
                include=["counter", "value"],
                condition=models.Q(counter__in=["accepted", "outcome_engaged", "cost", "opted_out"]),
                name="stepstats_lately",
            ),
        ),
    ]
