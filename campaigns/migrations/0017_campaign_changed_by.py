"""A draft knows who changed it last, so that a second editor can be told."""

from django.conf import settings
from django.db import migrations, models
from django.db.models.deletion import SET_NULL


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0016_priority")]

    operations = [
        migrations.AddField(
            model_name="campaign",
            name="changed_by",
            field=models.ForeignKey(
                editable=False, null=True, on_delete=SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
    ]
