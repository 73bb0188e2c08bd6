"""The database that a storing test is about."""

from __future__ import annotations

from typing import Any

ALIAS = "reports"


class Router:
    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        return ALIAS if model._meta.app_label == "security" else None

    db_for_write = db_for_read
