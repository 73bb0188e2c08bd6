"""What checks ask about a project before they look into a part of it."""

from __future__ import annotations

from django.conf import settings


def has_urls() -> bool:
    """Tell whether the project has a URLconf; one that only runs commands may have none."""
    return bool(getattr(settings, "ROOT_URLCONF", None))
