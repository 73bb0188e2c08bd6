"""The tables of the documented package, as it made them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        migrations.CreateModel(
            name="CspReport",
            fields=[
                (
                    "id",
                    models.AutoField(
                        verbose_name="ID", serialize=False, auto_created=True, primary_key=True
                    ),
                ),
                ("document_uri", models.URLField(max_length=1000)),
                ("referrer", models.URLField(max_length=1000)),
                ("blocked_uri", models.URLField(max_length=1000)),
                ("violated_directive", models.CharField(max_length=1000)),
                ("original_policy", models.TextField(max_length=1000, null=True)),
                ("date_received", models.DateTimeField(auto_now_add=True)),
                ("sender_ip", models.GenericIPAddressField()),
                ("user_agent", models.CharField(max_length=1000)),
            ],
        ),
        migrations.CreateModel(
            name="PasswordExpiry",
            fields=[
                (
                    "id",
                    models.AutoField(
                        verbose_name="ID", serialize=False, auto_created=True, primary_key=True
                    ),
                ),
                ("password_expiry_date", models.DateTimeField(auto_now_add=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        to=settings.AUTH_USER_MODEL,
                        unique=True,
                        on_delete=django.db.models.deletion.CASCADE,
                    ),
                ),
            ],
            options={"verbose_name_plural": "PasswordExpiries"},
        ),
    ]
