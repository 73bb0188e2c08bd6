"""What holds of the settings once advice is taken, and what of it is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from security.policy.presets import PRESETS

from ..exchange import Reply
from .change import MIDDLEWARE, NOTHING, PRESET, Advice

HSTS: Final = ("SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD")
# What Django sends without a setting.
DEFAULTS: Final[Mapping[str, str]] = {
    "cross-origin-opener-policy": "same-origin",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "deny",
}


class Outlook:
    """The settings of a site after the changes, next to an answer from before them."""

    def __init__(self, advice: Advice, reply: Reply) -> None:
        self.reply = reply
        self.installed = NOTHING if advice.installed is None else advice.installed
        self.assigned = advice.assigned
        self.preset = PRESETS.get(str(self.assigned.get(PRESET)), NOTHING)
        self.is_blind = advice.installed is None
        self.wakes = any(edit.setting == MIDDLEWARE for edit in advice.edits)

    def is_new(self, setting: str, header: str) -> bool:
        """Tell whether the changes decide over the header that a setting sends."""
        if setting in self.assigned:
            return not self._is_foreign(setting, header)
        if setting in self.installed:  # nobody sent it, until our middleware does
            return self.wakes and not self.reply.has(header)
        if setting not in self.preset or (self.is_blind and self.reply.has(header)):
            return False
        return not self._is_foreign(setting, header)

    def _is_foreign(self, setting: str, header: str) -> bool:
        """
        Tell whether a view, or a server before Django, sends what is there: that wins.

        Without the settings of the project nobody knows, and a setting is given the credit.
        """
        value = self.reply.value(header)
        if not value or self.is_blind or self._is_set(setting):
            return False
        return value.lower() != DEFAULTS.get(header)

    def _is_set(self, setting: str) -> bool:
        group = HSTS if setting in HSTS else (setting,)
        return bool(self.installed.keys() & {PRESET, *group})

    @property
    def has_own_policy(self) -> bool:
        """Whether the policy that is there may be one that the settings make."""
        return self.is_blind or bool(self.installed.keys() & {PRESET, "SECURE_CSP"})

    def value(self, setting: str) -> Any:
        """Return what a setting is worth in the end, ``None`` where nobody says."""
        for values in (self.assigned, self.installed, self.preset):
            if setting in values:
                return values[setting]
        return None
