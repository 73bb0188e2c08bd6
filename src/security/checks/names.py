"""Names of settings that nobody reads, since they are not spelt as somebody would read them."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Final

from django.conf import global_settings, settings
from django.core.checks import CheckMessage

from security.conf import conf, declared

from .message import warning
from .project import is_readable

# Documented for checksecure, and read there.
_CHECKSECURE: Final = "SECURE_CHECKS"
# Prefixes that are taken for one another, so that SECURE_PRESET is SECURITY_PRESET.
_PREFIXES: Final = ("SECURITY_", "SECURE_")
# Of Django's, those that protect. A near name of another is more likely a project's own.
_GUARDING: Final = ("SECURE_", "SESSION_COOKIE_", "CSRF_", "DATA_UPLOAD_MAX_")
# So short or so usual that projects have names of their own close to them.
_USUAL: Final = frozenset({"LOGIN_URL", "CSP_MODE"})
# The likeness of two words by difflib, 1 for the same one. Among hundreds of names of packages,
# what is nearer than this is a slip of the pen; with a prefix of ours, less is enough.
_NEAR: Final = 0.9
_NEAR_WITH_PREFIX: Final = 0.8
_MAX_NAME: Final = 60  # characters; ours have at most 50

UNKNOWN = warning(
    "{name} is the name of no setting, so it does nothing.",
    hint="{hint}",
    id="bulwark.W069",
)


def check_names(**kwargs: Any) -> list[CheckMessage]:
    """Find settings whose name nothing reads, and that look as if they were ours or Django's."""
    if not is_readable():
        return []
    return [UNKNOWN.about(name=name, hint=hint) for name, hint in _unknown()]


def _unknown() -> Iterator[tuple[str, str]]:
    known = {*declared(), *dir(global_settings), _CHECKSECURE}
    guarding = sorted(
        {name for name in known if name in declared() or name.startswith(_GUARDING)} - _USUAL
    )
    for name in dir(settings):
        if not name.isupper() or name in known or not conf.is_set(name):
            continue
        if near := _nearest(name, guarding):
            yield name, f"Did you mean {near!r}? Write {near} = ... in its place."
        elif name.startswith("SECURITY_"):
            yield (
                name,
                (
                    "No setting that begins with SECURITY_ is like it. Take it out, or write "
                    'SILENCED_SYSTEM_CHECKS = ["bulwark.W069"] if a program of your own reads it.'
                ),
            )


def _nearest(name: str, guarding: list[str]) -> str | None:
    """Return the name that was probably meant."""
    if len(name) > _MAX_NAME:
        return None
    prefixed = name.startswith(_PREFIXES)
    if prefixed:
        bare = name.partition("_")[2]
        for meant in (*(f"{prefix}{bare}" for prefix in _PREFIXES), bare):
            if meant in guarding:
                return meant
    near = get_close_matches(name, guarding, 1, _NEAR_WITH_PREFIX if prefixed else _NEAR)
    return near[0] if near else None
