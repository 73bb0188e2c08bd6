"""One row for each user, as in the documented package."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("security", "0001_initial")]
    operations = [
        migrations.AlterField(
            model_name="passwordexpiry",
            name="user",
            field=models.OneToOneField(
                to=settings.AUTH_USER_MODEL, on_delete=django.db.models.deletion.CASCADE
            ),
        ),
    ]
