"""Several changes as one: what may be written into this file, and what has to be left."""

from __future__ import annotations

import ast
from typing import Any, Final

from . import migrate_csp3, migrate_permissions, migrate_referrer, migrate_security
from .migrate_change import OURS, Change, Note, Settings, installed
from .migrate_source import Source

DJANGO_SECURITY: Final = "django.middleware.security.SecurityMiddleware"
DJANGO_FRAMES: Final = "django.middleware.clickjacking.XFrameOptionsMiddleware"
DJANGO_CSP: Final = "django.middleware.csp.ContentSecurityPolicyMiddleware"
_REFERRERS: Final = (migrate_security.REFERRER, migrate_referrer.MIDDLEWARE)
_POLICIES: Final = (DJANGO_CSP, *migrate_csp3.MIDDLEWARE, migrate_security.CSP)
_PERMISSIONS: Final = (migrate_permissions.MIDDLEWARE, *migrate_permissions.FEATURE_MIDDLEWARE)

# What SecurityMiddleware sends unless told otherwise: what turns it off, who else sends it.
BY_DEFAULT: Final[dict[str, tuple[Any, tuple[str, ...]]]] = {
    "SECURE_CONTENT_TYPE_NOSNIFF": (False, (DJANGO_SECURITY, migrate_security.NOSNIFF)),
    "X_FRAME_OPTIONS": (None, (DJANGO_FRAMES, *migrate_security.FRAMES)),
    "SECURE_REFERRER_POLICY": (None, (DJANGO_SECURITY, *_REFERRERS)),
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": (None, (DJANGO_SECURITY,)),
}
# What it sends, or does, where a project sets it, and who else does.
WHERE_SET: Final[dict[str, tuple[str, ...]]] = {
    **{name: senders for name, (_, senders) in BY_DEFAULT.items()},
    "SECURE_HSTS_SECONDS": (DJANGO_SECURITY, migrate_security.HSTS),
    "SECURE_SSL_REDIRECT": (DJANGO_SECURITY,),
    "SECURE_CSP": _POLICIES,
    "SECURE_CSP_REPORT_ONLY": _POLICIES,
    "PERMISSIONS_POLICY": _PERMISSIONS,
    "PERMISSIONS_POLICY_REPORT_ONLY": _PERMISSIONS,
}


class Merged:
    """What all changes together add to a file, take out of it, and have to say."""

    def __init__(self, settings: Settings, source: Source) -> None:
        self.settings = settings
        self.source = source
        self.adds: dict[str, Any] = {}
        self.removes: list[str] = []
        self.notes: list[Note] = []

    def leave(self, text: str) -> None:
        self.notes.append(Note(text, by_hand=True))

    def take(self, change: Change) -> bool:
        """
        Add one change, if this file is the place for it, and tell whether it is.

        A change is taken as a whole or not at all: a middleware never goes without its
        settings, which would leave the site without the protection.
        """
        if not self._is_ours_to_move(change):
            return False
        self.notes += change.notes
        for name, value in change.adds.items():
            if self._is_free(name, change):
                self.adds[name] = value
            else:
                text = f"{name} is set already: what {change.package} had is not written."
                self.notes.append(Note(text, by_hand=bool(change.removes)))
        self.removes += change.removes
        for name in change.removes:
            if self.source.is_computed(name):
                self.leave(
                    f"{name} is computed in line {self._line(name)}: its value of this run is "
                    "written. Put the expression back where it depends on the machine."
                )
        return True

    def silence(self, changes: list[Change]) -> None:
        """Turn off what SecurityMiddleware would send and nobody sent, so that nothing changes."""
        if installed(self.settings, OURS) or not any(c.middleware for c in changes):
            return
        silent = []
        for name, senders in WHERE_SET.items():
            if name in self.adds or installed(self.settings, *senders):
                continue
            if self.settings.get(name):
                self.leave(f"{name} is set, and nothing read it so far; SecurityMiddleware does.")
            elif name in BY_DEFAULT and name not in self.settings:
                self.adds[name] = BY_DEFAULT[name][0]
                silent.append(name)
        if silent:
            self.notes.append(
                Note(
                    f"Nothing sent the headers of {', '.join(silent)} so far: they are turned off, "
                    "so that nothing changes. Take the lines out to have them."
                )
            )

    def statements(self) -> list[ast.stmt]:
        """Return the statements that go, in order, but for those whose names are still read."""
        going = [s for name in self.removes for s in self.source.statements(name)]
        used = self.source.users(self.removes, going)
        for name, line in used.items():
            self.leave(f"{name} stays, because line {line} reads it: rewrite that, then remove it.")
        kept = [s for name in used for s in self.source.statements(name)]
        self.removes = [name for name in self.removes if name not in used]
        return sorted((s for s in going if s not in kept), key=lambda s: s.lineno)

    def _is_free(self, name: str, change: Change) -> bool:
        """
        Tell whether a setting may be written.

        One that another file sets is overridden here, as the old ones were; but not by the
        defaults of a package whose own settings have moved away already.
        """
        if name in self.adds:
            return False
        if name in change.removes:
            return True
        return not self.source.is_set(name) and (bool(change.removes) or name not in self.settings)

    def _is_ours_to_move(self, change: Change) -> bool:
        elsewhere = [name for name in change.removes if not self.source.is_set(name)]
        if elsewhere:
            self.leave(
                f"{', '.join(elsewhere)} of {change.package}: not set in this file, so nothing of "
                "it changes. Run the command on the file that sets them, or move them here."
            )
        unclear = [name for name in change.removes if not self.source.is_plain(name)]
        if unclear and not elsewhere:
            self.leave(
                f"{', '.join(unclear)} of {change.package}: set within a block, or together with "
                "something else, so that nothing changes. Set each by itself, and run again."
            )
        return not elsewhere and not unclear

    def _line(self, name: str) -> int:
        return self.source.statements(name)[0].lineno
