"""Who gets a candidate policy enforced: a share of the visitors, always the same ones."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from .document import ContentSecurityPolicy

STEPS = 10_000  # a hundredth of a percent is the smallest share


@dataclass(frozen=True, slots=True)
class Rollout:
    """A candidate policy, and the share of visitors (percent) for whom it is enforced."""

    policy: ContentSecurityPolicy
    percent: float

    def includes(self, visitor: str, key: bytes) -> bool:
        """
        Tell whether a visitor is in the share, by a keyed hash of who it is.

        A larger share keeps the visitors that it had. Without the key nobody can choose to
        be in it or out of it.
        """
        digest = hmac.digest(key, visitor.encode(errors="replace"), hashlib.sha256)
        return int.from_bytes(digest[:8]) % STEPS < self.percent * STEPS / 100
