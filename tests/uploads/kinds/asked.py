"""How the tests ask: bytes in, the rule that refused them or nothing out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from security.uploads.kinds import CLEAN, INSPECT, INSPECT_KEPT
from security.uploads.limits import Limits
from security.uploads.refusal import Refusal

HONEST = None


def rule_of(kind: str, content: bytes, **limits: Any) -> str | None:
    """Return the rule by which content is refused, or ``None``."""
    return _rule(INSPECT[kind], content, limits)


def rule_of_kept(kind: str, content: bytes, **limits: Any) -> str | None:
    """Return the rule by which a picture that is not made anew is refused, or ``None``."""
    return _rule(INSPECT_KEPT[kind], content, limits)


def clean(kind: str, content: bytes, **limits: Any) -> bytes:
    """Return the picture made anew. Raises ``Refusal``."""
    with CLEAN[kind](io.BytesIO(content), Limits(**limits)) as result:
        return result.read()


def rule_of_clean(kind: str, content: bytes, **limits: Any) -> str | None:
    """Return the rule by which making anew is refused, or ``None``."""
    return _rule(lambda *_: clean(kind, content, **limits), b"", {})


def _rule(ask: Callable[..., object], content: bytes, limits: dict[str, Any]) -> str | None:
    try:
        ask(io.BytesIO(content), Limits(**limits))
    except Refusal as refusal:
        _ = str(refusal)  # the sentence finds all that it names
        return refusal.rule
    return None
