"""Advice for this site: a patch of its settings file, tried on its own pages."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.test.utils import override_settings

from security.grade.advice.advise import advise
from security.grade.advice.change import Advice, settings_overrides
from security.grade.advice.patch import diff
from security.grade.card import Card
from security.policy.errors import PolicyError

from .pages import Graded, Options, grade_pages


class Suggestion(NamedTuple):
    """
    What to change: ``patch`` is a unified diff that ``git apply`` takes, empty for nothing.

    ``marks`` is the lowest grade before and after, the second from asking all pages again.
    """

    advice: Advice
    patch: str
    marks: str


def suggest(found: Sequence[Graded], options: Options) -> Suggestion:
    """
    Return what mends what was found, and ask the pages once more with it.

    Raises ``OSError`` and ``PolicyError`` where the settings file cannot be read or patched.
    """
    advice = advise(
        [card for _, _, card in found],
        [exchange for _, exchange, _ in found],
        installed=own_settings(),
    )
    if not advice.changes:
        return Suggestion(advice, "", lowest(card for _, _, card in found))
    file = settings_file()
    patch = diff(_read(file), advice, _named(file))
    changed = settings_overrides(advice)
    changed.pop("INSTALLED_APPS", None)  # apps are loaded once; they send no header
    with override_settings(**changed):
        after = lowest(card for _, _, card in grade_pages(options))
    return Suggestion(advice, patch, f"{lowest(card for _, _, card in found)} -> {after}")


def own_settings() -> dict[str, object]:
    """Return the settings that the project itself sets."""
    known: Any = settings
    return {name: getattr(known, name) for name in dir(known) if known.is_overridden(name)}


def settings_file() -> Path:
    """Return the file of the settings module. Raises ``PolicyError`` where it has none."""
    name = getattr(settings, "SETTINGS_MODULE", None)
    file = name and importlib.import_module(name).__file__
    if not file:
        raise PolicyError("must be a module with a file, to be patched.")
    return Path(file)


def lowest(cards: Iterable[Card]) -> str:
    """Return the lowest grade with its points."""
    seen = [each.observatory for each in cards if each.observatory.score is not None]
    least = min(seen, key=lambda each: each.score or 0, default=None)
    return "not graded" if least is None else f"{least.grade} {least.score}"


def _read(file: Path) -> str:
    with file.open(encoding="utf-8", newline="") as stream:  # line ends stay as they are
        return stream.read()


def _named(file: Path) -> str:
    try:
        return file.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return file.name
