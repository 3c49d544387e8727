import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The indexes of search, while contacts are read and written."""

    atomic = False

    dependencies = [
        ("campaigns", "0018_contact_words"),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(fields=["language", "words", "id"], name="contact_by_language"),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(fields=["country", "words", "id"], name="contact_by_country"),
        ),
        AddIndexConcurrently(
            model_name="address",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Lower("value"), name="gin_trgm_ops"
                ),
                condition=models.Q(("kind", "push_token"), _negated=True),
                name="address_value_parts",
            ),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("deleted_at", None)), fields=["words", "id"], name="contact_by_words"
            ),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                condition=models.Q(("contact_import__isnull", False)),
                fields=["contact_import", "id"],
                name="contact_of_import",
            ),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    models.Func(
                        models.F("words"),
                        models.Value("абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґў"),
                        models.Value("abvgdejziyklmnoprstufhc46q7x8e9a2i3g5"),
                        function="translate",
                        output_field=models.TextField(),
                    ),
                    name="gin_trgm_ops",
                ),
                name="contact_words_parts",
            ),
        ),
        RemoveIndexConcurrently(model_name="contact", name="contact_language"),
        RemoveIndexConcurrently(model_name="contact", name="contact_country"),
    ]
