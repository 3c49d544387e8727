"""What happened in a campaign in some days is found by its hours, without reading what there ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0025_kept_back_report_mails")]

    operations = [
        migrations.AddIndex(
            model_name="stepstats",
            index=models.Index(fields=["campaign_id", "counter", "hour"], name="stepstats_by_hour"),
        ),
    ]
