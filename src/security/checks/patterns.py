"""Patterns that covered more where they come from: a prefix of a segment, or a part of a path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, NamedTuple

from django.core.checks import CheckMessage

from security.conf import conf
from security.login_audit.paths import entries
from security.policy.errors import shown
from security.policy.exemptions import Exemptions

from .message import info
from .project import has_urls, is_readable

MAX_ROUTES: Final = 2_000  # of the URLconf, in its order; the rest is not looked at
MAX_PATH: Final = 200  # characters; no honest route is longer

COVERED = info(
    "{setting} has {pattern}, which covers {paths} by the rules of {origin}, and not by ours: "
    "whole segments, from the start of the path.",
    hint="If it is to be covered, write {setting} += [{addition}]; if not, "
    'SILENCED_SYSTEM_CHECKS = ["bulwark.W070"].',
    id="bulwark.W070",
)


class Old(NamedTuple):
    """One list of patterns, and how its origin matches them: in a path with or without slash."""

    setting: str
    patterns: Exemptions
    matches: Callable[[str, str], object]
    origin: str = "django-security"


def check_old_patterns(**kwargs: Any) -> list[CheckMessage]:
    """Find patterns that cover a route of this project by the rules of their origin only."""
    if not (has_urls() and is_readable()):
        return []
    lists = [old for old in _lists() if old.patterns]
    paths = list(_paths()) if lists else []
    return [message for old in lists for message in _lost(old, paths)]


def _lists() -> Iterator[Old]:
    yield Old("LOGIN_EXEMPT_URLS", conf.LOGIN_EXEMPT_URLS, re.match)
    yield Old("SESSION_EXPIRY_EXEMPT_URLS", conf.SESSION_EXPIRY_EXEMPT_URLS, re.match)
    yield Old("X_FRAME_OPTIONS_EXCLUDE_URLS", conf.X_FRAME_OPTIONS_EXCLUDE_URLS, re.match)
    if (change := conf.MANDATORY_PASSWORD_CHANGE) is not None:
        yield Old('MANDATORY_PASSWORD_CHANGE["EXEMPT_URLS"]', change.exempt, re.match)
    if (pages := conf.NO_CONFIDENTIAL_CACHING) is not None:
        for key, found in (("WHITELIST", pages.all_but), ("BLACKLIST", pages.only)):
            if found is not None:
                yield Old(f'NO_CONFIDENTIAL_CACHING["{key}_REGEXES"]', found, re.match)
    exempt = conf.SECURE_REDIRECT_EXEMPT
    yield Old("SECURE_REDIRECT_EXEMPT", exempt, re.search, "Django and django-secure")


def _paths() -> Iterator[str]:
    for entry in islice(entries(), MAX_ROUTES):
        if entry.sample is not None and len(entry.sample) <= MAX_PATH:
            yield entry.sample


def _lost(old: Old, paths: list[str]) -> Iterator[CheckMessage]:
    """Yield each pattern whose former paths no pattern of its list covers here."""
    uncovered = [path for path in paths if not old.patterns.covers(path)]
    first = 0 if old.patterns.leading_slash else 1
    for pattern in old.patterns.patterns:
        former = [path for path in uncovered if old.matches(pattern, path[first:])]
        if former:
            more = f" and {len(former) - 1} more" if len(former) > 1 else ""
            yield COVERED.about(
                setting=old.setting,
                pattern=shown(pattern),
                paths=f"{former[0]}{more}",
                origin=old.origin,
                addition=f'r"^{re.escape(former[0][first:])}$"',
            )
