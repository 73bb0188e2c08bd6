from django.db import migrations

import demo.shop.models
import security.uploads.fields


class Migration(migrations.Migration):
    dependencies = (("shop", "0002_catalogue"),)

    operations = (
        migrations.AlterField(
            model_name="photo",
            name="picture",
            field=security.uploads.fields.SafeImageField(
                max_size=5242880,
                types=("jpeg", "png", "webp"),
                upload_to=demo.shop.models.photo_name,
            ),
        ),
    )
