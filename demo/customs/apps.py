from __future__ import annotations

from django.apps import AppConfig


class CustomsConfig(AppConfig):
    name = "demo.customs"
    label = "customs"
    verbose_name = "Customs house"
