import django.utils.timezone
from django.db import migrations, models

import demo.customs.models
import security.uploads.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = ()

    operations = (
        migrations.CreateModel(
            name="Arrival",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("visitor", models.CharField(db_index=True, max_length=32)),
                ("name", models.CharField(max_length=255, verbose_name="name as it was sent")),
                (
                    "file",
                    security.uploads.fields.SafeFileField(
                        blank=True, max_length=255, upload_to=demo.customs.models.berth
                    ),
                ),
                ("kind", models.CharField(blank=True, max_length=10)),
                (
                    "is_private",
                    models.BooleanField(default=False, verbose_name="only by a link that expires"),
                ),
                ("sent_bytes", models.PositiveIntegerField(null=True)),
                ("kept_bytes", models.PositiveIntegerField(default=0)),
                ("brought", models.JSONField(default=list, verbose_name="found in what was sent")),
                (
                    "kept",
                    models.JSONField(default=list, verbose_name="of this, still in what is kept"),
                ),
                ("excerpt", models.CharField(blank=True, max_length=255)),
                ("rule", models.CharField(blank=True, max_length=60)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "received",
                    models.DateTimeField(db_index=True, default=django.utils.timezone.now),
                ),
            ],
            options={
                "ordering": ("-pk",),
            },
        ),
    )
