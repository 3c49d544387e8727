"""Deleted report schedules stay for their history, and whoever saved one last answers for it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0024_made_reports")]

    operations = [
        migrations.RenameField(model_name="reportschedule", old_name="created_by", new_name="owner"),
        migrations.AddField(
            model_name="reportschedule", name="deleted_at", field=models.DateTimeField(editable=False, null=True)
        ),
        migrations.AlterField(
            model_name="reportmail",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("not_permitted", "This colleague may no longer read reports."),
                    (
                        "no_owner",
                        "Whoever set this report up may no longer mail reports. Saving it again takes it over.",
                    ),
                    ("taken_out", "This address is no longer among the recipients."),
                    ("switched_off", "The report was switched off before this mail left."),
                    ("deleted", "The report was deleted before this mail left."),
                    ("no_connection", "The mail server was not reached."),
                    ("refused", "The mail server refused it."),
                    ("unsure", "The connection broke off. It may have arrived, so it is not sent again by itself."),
                    ("unmade", "The report could not be made."),
                ],
                max_length=15,
            ),
        ),
    ]
