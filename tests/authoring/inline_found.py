"""Short ways to say what a template holds, for the tests."""

from __future__ import annotations

from security.authoring.inline_scan import scan


def found(text: str, **options) -> list[tuple[str, str]]:
    """Return the kinds and remedies of what a template holds."""
    return [(each.kind.value, each.remedy.value) for each in scan(text, **options).occurrences]


def kinds(text: str, **options) -> list[str]:
    return [kind for kind, _ in found(text, **options)]
