"""The forecast of a campaign is kept as it stood at the launch; nobody may improve upon it afterwards."""

from django.db import migrations, models
from django.db.models.deletion import CASCADE

REFUSE = """
CREATE FUNCTION cascade_refuse_another_forecast() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the forecast of campaign % stands as it was at its launch', OLD.campaign_id;
END $$;
CREATE TRIGGER refuse_another_forecast BEFORE UPDATE ON campaigns_launchforecast
    FOR EACH ROW EXECUTE FUNCTION cascade_refuse_another_forecast();
"""
ALLOW = """
DROP TRIGGER refuse_another_forecast ON campaigns_launchforecast;
DROP FUNCTION cascade_refuse_another_forecast();
"""


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0019_contacts_searched")]

    operations = [
        migrations.CreateModel(
            name="LaunchForecast",
            fields=[
                (
                    "campaign",
                    models.OneToOneField(
                        on_delete=CASCADE,
                        primary_key=True,
                        related_name="launch_forecast",
                        serialize=False,
                        to="campaigns.campaign",
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("figures", models.JSONField()),
            ],
        ),
        migrations.RunSQL(REFUSE, ALLOW),
    ]
