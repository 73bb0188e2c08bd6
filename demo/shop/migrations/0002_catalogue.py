"""Stock the shelves, so that a new shop is not an empty one."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from demo.shop.catalogue import FEATURED, PIECES


def stock(apps: Any, _: Any) -> None:
    product = apps.get_model("shop", "Product")
    for position, piece in enumerate(PIECES, start=1):
        values = piece._asdict() | {"position": position, "featured": piece.slug in FEATURED}
        product.objects.update_or_create(slug=piece.slug, defaults=values)


class Migration(migrations.Migration):
    dependencies = (("shop", "0001_initial"),)
    operations = (migrations.RunPython(stock, migrations.RunPython.noop, elidable=False),)
