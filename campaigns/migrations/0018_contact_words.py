import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models


class Migration(migrations.Migration):
    """The column of words is worked out for every contact there is: 9 s of processor time a million, while all wait."""

    dependencies = [
        ("campaigns", "0017_campaign_changed_by"),
    ]

    operations = [
        # The owner of the database may do it: PostgreSQL trusts this extension.
        TrigramExtension(),
        migrations.AddField(
            model_name="contact",
            name="contact_import",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="campaigns.contactimport",
            ),
        ),
        migrations.AddField(
            model_name="contact",
            name="words",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func(
                    django.db.models.functions.text.Lower(
                        django.db.models.functions.text.Concat(
                            models.Value(" "),
                            "first_name",
                            models.Value(" "),
                            "last_name",
                            models.Value(" "),
                            django.db.models.functions.comparison.Coalesce("external_id", models.Value("")),
                            output_field=models.TextField(),
                        )
                    ),
                    models.Value("áàâäãåāăąćčçďđéèêëēęěíìîïīįłńñňóòôöõøőřśšşťúùûüūůűýÿźżžёʼ’‘`´"),
                    models.Value("aaaaaaaaacccddeeeeeeeiiiiiilnnnooooooorssstuuuuuuuyyzzzе'''''"),
                    function="translate",
                    output_field=models.TextField(),
                ),
                output_field=models.TextField(),
            ),
        ),
    ]
